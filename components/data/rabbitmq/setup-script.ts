import { PATHS } from "./config.ts";

/**
 * Brings queues, users and rights to what is declared, over the administration's API, as often as it is run. It is in Erlang, since
 * RabbitMQ's image has no other way to speak HTTPS. A queue that is there is left as it is, none is taken away; a user that is no
 * longer declared is deleted, which ends its connections, but for those that Amazon MQ keeps for itself. Of what it sends and gets, nothing
 * is printed but paths and numbers: there are passwords in it.
 */
export const SETUP_ESCRIPT = `#!/usr/bin/env escript
%%! +S 1 -noinput
-mode(compile).

-define(PATIENCE_MS, 120000).
-define(PAUSE_MS, 2000).
-define(AMAZONS, <<"-AWS-OWNED-DO-NOT-DELETE">>).

main([]) ->
    {ok, _} = application:ensure_all_started([inets, ssl]),
    ok = httpc:set_options([{max_keep_alive_length, 0}]),
    until_it_answers(erlang:monotonic_time(millisecond) + ?PATIENCE_MS),
    Users = [binary(Name) || Name <- filelib:wildcard("*", "${PATHS.users}"), is_file(Name)],
    Declared = json:decode(read("${PATHS.setup}/definitions.json")),
    Wanted = Declared#{<<"users">> => [user(Name) || Name <- Users]},
    ok = call(post, "/api/definitions", Wanted),
    {200, Body} = ask("/api/users?columns=name"),
    There = [Name || #{<<"name">> := Name} <- json:decode(Body), not is_amazons(Name)],
    Surplus = There -- [read("${PATHS.admin}/username") | Users],
    [ok = call(delete, "/api/users/" ++ uri_string:quote(binary_to_list(Name)), none) || Name <- Surplus],
    io:format("~b users are declared, ~b were deleted~n", [length(Users), length(Surplus)]).

until_it_answers(End) ->
    case ask("/api/overview?columns=cluster_name") of
        {200, _} ->
            ok;
        {Told, _} ->
            io:format("the administration's API says ~p~n", [Told]),
            erlang:monotonic_time(millisecond) < End orelse halt(1),
            timer:sleep(?PAUSE_MS),
            until_it_answers(End)
    end.

user(Name) ->
    Password = read(filename:join("${PATHS.users}", Name)),
    #{<<"name">> => Name, <<"password">> => Password, <<"tags">> => []}.

ask(Path) ->
    request(get, Path, {url(Path), headers()}).

call(Method, Path, none) ->
    done(request(Method, Path, {url(Path), headers()}));
call(Method, Path, Value) ->
    Body = iolist_to_binary(json:encode(Value)),
    done(request(Method, Path, {url(Path), headers(), "application/json", Body})).

done({204, _}) -> ok;
done(_) -> halt(1).

request(Method, Path, Request) ->
    case httpc:request(Method, Request, [{timeout, 30000}, {ssl, tls()}], [{body_format, binary}]) of
        {ok, {{_, Status, _}, _, Body}} when Status < 300 ->
            {Status, Body};
        {ok, {{_, Status, _}, _, _}} ->
            io:format("~s ~s: ~b~n", [Method, Path, Status]),
            {Status, <<>>};
        {error, _} ->
            {no_answer, <<>>}
    end.

url(Path) ->
    os:getenv("URL") ++ Path.

headers() ->
    Told = [read("${PATHS.admin}/username"), ":", read("${PATHS.admin}/password")],
    [{"authorization", "Basic " ++ base64:encode_to_string(iolist_to_binary(Told))}].

tls() ->
    [
        {verify, verify_peer},
        {cacertfile, "${PATHS.tls}/ca.crt"},
        {versions, ['tlsv1.3', 'tlsv1.2']},
        {customize_hostname_check, [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]}
    ].

is_amazons(Name) ->
    End = binary:longest_common_suffix([Name, ?AMAZONS]),
    End =:= byte_size(?AMAZONS).

is_file(Name) ->
    filelib:is_regular(filename:join("${PATHS.users}", Name)).

read(Path) ->
    {ok, Text} = file:read_file(Path),
    Text.

binary(Text) ->
    list_to_binary(Text).
`;
