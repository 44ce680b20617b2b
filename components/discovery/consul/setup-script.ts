/** Where the set-up's files are. */
export const SETUP_PATHS = { files: "/etc/consul-setup", tokens: "/etc/consul-tokens", ca: "/etc/consul-ca" } as const;

/** How long it waits for a leader. */
const PATIENCE_SECONDS = 300;

/**
 * Brings policies and tokens to what is declared, over the API at `URL`, as often as it is run. A token whose secret is another now is made
 * anew. What it sends and gets is not printed but for a policy's answer that was none: there are tokens in it.
 */
export const SETUP_SH = `#!/bin/sh
set -eu
files=${SETUP_PATHS.files}
tokens=${SETUP_PATHS.tokens}

# ask METHOD PATH [BODY]: prints the answer's status; the answer is in $answer.
answer=/tmp/answer
ask() {
  if [ $# = 3 ]; then set -- "$1" "$2" --data-binary "@$3"; fi
  method=$1 path=$2
  shift 2
  curl --silent --show-error --max-time 30 --cacert ${SETUP_PATHS.ca}/ca.crt --header "@$tokens/header" \\
    --request "$method" "$@" --output $answer --write-out '%{http_code}' "$URL/v1/$path" || true
}
want() {
  [ "$1" = 200 ] && return
  echo "$2: $1" >&2
  exit 1
}

end=$(($(date +%s) + ${PATIENCE_SECONDS}))
until [ "$(ask GET acl/token/self)" = 200 ]; do
  [ "$(date +%s)" -lt $end ] || { echo "no leader knows the token of management" >&2; exit 1; }
  sleep 2
done

policies=0
for file in "$files"/policy-*.json; do
  policy=$(sed 's/^{"Name":"\\([^"]*\\)".*/\\1/' "$file")
  if [ "$(ask GET "acl/policy/name/$policy")" = 200 ]; then
    id=$(sed 's/^{"ID":"\\([^"]*\\)".*/\\1/' $answer)
    want "$(ask PUT "acl/policy/$id" "$file")" "policy $policy"
  else
    want "$(ask PUT acl/policy "$file")" "policy $policy"
  fi
  policies=$((policies + 1))
done

made=0
for file in "$tokens"/anonymous-*.json "$tokens"/token-*.json; do
  accessor=\${file##*/}
  accessor=\${accessor#*-}
  accessor=\${accessor%.json}
  if [ "$(ask PUT "acl/token/$accessor" "$file")" != 200 ]; then
    ask DELETE "acl/token/$accessor" > /dev/null
    want "$(ask PUT acl/token "$file")" "token $accessor"
    made=$((made + 1))
  fi
done
while read -r accessor; do
  gone=$(ask DELETE "acl/token/$accessor")
  [ "$gone" = 404 ] || want "$gone" "token $accessor, which nobody has any more"
done < "$files/gone"
rm -f $answer
echo "$policies policies are declared, $made tokens were made"
`;
