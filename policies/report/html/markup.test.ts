import { expect, test } from "vitest";
import { html, joints } from "./markup.ts";

test("what is put in is text, in an element and in an attribute", () => {
  expect(html`<a title="${`"><b>'&`}">${"<script>"}</a>`.text).toBe(
    '<a title="&#34;&#62;&#60;b&#62;&#39;&#38;">&#60;script&#62;</a>',
  );
});

test("markup is put in as it is, lists are joined, and nothing is nothing", () => {
  expect(html`<ul>${["a", "<"].map((item) => html`<li>${item}</li>`)}${undefined}${2}</ul>`.text).toBe(
    "<ul><li>a</li><li>&#60;</li>2</ul>",
  );
});

test("a path is broken at its joints", () => {
  expect(joints('spec.a[0].b["x/<y>"]').text).toBe("spec.<wbr>a[0]<wbr>.<wbr>b[&#34;x/<wbr>&#60;y&#62;&#34;]");
});

test("lines stay lines, and other control characters are shown", () => {
  expect(html`${"a\n  b\u0000\u202e"}`.text).toBe("a\n  b\\u0000\\u202e");
});
