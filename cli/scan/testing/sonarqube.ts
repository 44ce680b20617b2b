import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A stand-in for SonarQube: the three answers that are asked for, in the form that its documentation gives them. */
export interface SonarQubeStandIn {
  readonly url: URL;
  /** What was asked, with its query. */
  readonly asked: string[];
  close(): void;
}

export interface Project {
  readonly gate: "OK" | "ERROR" | "NONE";
  readonly conditions?: readonly object[];
  readonly issues?: readonly object[];
  readonly analysed?: string;
}

/** Answers on loopback who has the token: of a project what is given, and of another 404. */
export async function sonarQube(token: string, projects: Readonly<Record<string, Project>>): Promise<SonarQubeStandIn> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://sonarqube");
    asked.push(request.url ?? "");
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, {});
    if (pathname === "/moved/api/qualitygates/project_status")
      return response.writeHead(302, { location: "/api/elsewhere" }).end();
    const key =
      searchParams.get("projectKey") ?? searchParams.get("project") ?? searchParams.get("componentKeys") ?? "";
    const project = projects[key];
    if (project === undefined) return answer(404, { errors: [{ msg: `Project '${key}' not found` }] });
    const { gate, conditions = [], issues = [], analysed = new Date().toISOString() } = project;
    switch (pathname) {
      case "/api/qualitygates/project_status":
        return answer(200, { projectStatus: { status: gate, conditions } });
      case "/api/project_analyses/search":
        return answer(200, { paging: { total: 1 }, analyses: [{ key: "1", date: analysed }] });
      case "/api/issues/search": {
        const size = Number(searchParams.get("ps"));
        const from = (Number(searchParams.get("p")) - 1) * size;
        return answer(200, { paging: { total: issues.length }, issues: issues.slice(from, from + size) });
      }
      default:
        return answer(404, {});
    }
  });
  await new Promise<Server>((listening) => server.listen(0, "127.0.0.1", () => listening(server)));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
