#!/usr/bin/env escript
%%! +S 1 -noinput
-mode(compile).

%% Prints what an address serves over TLS: its certificate must be of the authority in the file, and for the name.
main([Address, CaFile, Name]) ->
    {ok, _} = application:ensure_all_started([inets, ssl]),
    Tls = [
        {verify, verify_peer},
        {cacertfile, CaFile},
        {versions, ['tlsv1.3']},
        {server_name_indication, Name},
        {customize_hostname_check, [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]}
    ],
    Options = [{timeout, 10000}, {ssl, Tls}],
    {ok, {{_, 200, _}, _, Body}} = httpc:request(get, {Address, []}, Options, [{body_format, binary}]),
    io:put_chars(Body).
