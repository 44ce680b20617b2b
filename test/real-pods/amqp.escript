#!/usr/bin/env escript
%%! +S 1 -noinput
-mode(compile).

%% A client of RabbitMQ, by the library that comes with it. HOST, CA_FILE, USERNAME and PASSWORD are in the environment.
%%   publish  sends numbers to the exchange `orders`, one at a time, and says what became of each: time, number, outcome
%%   consume  takes them from the queue `orders`, acknowledges each, and says so
%%   rights   says what the user may do

main([What]) ->
    code:add_pathsa(filelib:wildcard("/usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins/*/ebin")),
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(amqp_client),
    process_flag(trap_exit, true),
    case What of
        "publish" -> publish(1, none);
        "consume" -> consume();
        "rights" -> rights()
    end.

%% Whatever is not confirmed in five seconds is given up, and the connection with it.
publish(Number, none) ->
    case channel() of
        {ok, Channel} ->
            {'confirm.select_ok'} = amqp_channel:call(Channel, {'confirm.select', false}),
            publish(Number, Channel);
        _ ->
            say(Number, "unreached"),
            timer:sleep(200),
            publish(Number + 1, none)
    end;
publish(Number, Channel) ->
    timer:sleep(40),
    Sent = try
        ok = amqp_channel:cast(Channel, {'basic.publish', 0, <<"orders">>, <<>>, false, false}, message(Number)),
        amqp_channel:wait_for_confirms(Channel, 5)
    catch
        _:_ -> lost
    end,
    say(Number, case Sent of true -> "confirmed"; false -> "refused"; Other -> io_lib:format("~p", [Other]) end),
    publish(Number + 1, case Sent of true -> Channel; _ -> close(Channel) end).

consume() ->
    case channel() of
        {ok, Channel} ->
            {'basic.qos_ok'} = amqp_channel:call(Channel, {'basic.qos', 0, 100, false}),
            {'basic.consume_ok', _} = amqp_channel:call(
                Channel, {'basic.consume', 0, <<"orders">>, <<>>, false, false, false, false, []}
            ),
            deliveries(Channel, monitor(process, Channel));
        _ ->
            timer:sleep(200),
            consume()
    end.

deliveries(Channel, Ref) ->
    receive
        {{'basic.deliver', _, Tag, _, _, _}, {amqp_msg, _, Body}} ->
            say(binary_to_integer(Body), "delivered"),
            amqp_channel:cast(Channel, {'basic.ack', Tag, false}),
            deliveries(Channel, Ref);
        {'DOWN', Ref, _, _, _} ->
            consume();
        _ ->
            deliveries(Channel, Ref)
    end.

%% Each on a channel of its own: a refusal closes it.
rights() ->
    [
        io:format("~s: ~s~n", [Name, tried(Method)])
     || {Name, Method} <- [
            {"read orders", {'basic.get', 0, <<"orders">>, false}},
            {"read settled", {'basic.get', 0, <<"settled">>, false}},
            {"read orders.dead", {'basic.get', 0, <<"orders.dead">>, false}},
            {"make a queue", {'queue.declare', 0, <<"own">>, false, true, false, false, false, []}},
            {"write to orders", {publish, <<"orders">>}},
            {"write by the nameless exchange", {publish, <<>>}}
        ]
    ].

tried(Method) ->
    {ok, Channel} = channel(),
    Ref = monitor(process, Channel),
    Done = try
        case Method of
            {publish, Exchange} ->
                {'confirm.select_ok'} = amqp_channel:call(Channel, {'confirm.select', false}),
                ok = amqp_channel:cast(Channel, {'basic.publish', 0, Exchange, <<"orders">>, false, false}, message(0)),
                amqp_channel:wait_for_confirms(Channel, 5);
            _ ->
                amqp_channel:call(Channel, Method)
        end
    of
        _ -> receive {'DOWN', Ref, _, _, Why} -> Why after 200 -> allowed end
    catch
        _:_ -> receive {'DOWN', Ref, _, _, Why} -> Why after 2000 -> unknown end
    end,
    case Done of
        allowed -> "allowed";
        {shutdown, {server_initiated_close, 403, _}} -> "refused";
        Other -> io_lib:format("~p", [Other])
    end.

channel() ->
    Uri = lists:flatten(io_lib:format(
        "amqps://~s:~s@~s:5671/%2f?cacertfile=~s&verify=verify_peer&server_name_indication=~s&heartbeat=10&connection_timeout=5000",
        [os:getenv(Name) || Name <- ["USERNAME", "PASSWORD", "HOST", "CA_FILE", "HOST"]]
    )),
    {ok, Params} = amqp_uri:parse(Uri),
    case amqp_connection:start(Params) of
        {ok, Connection} -> amqp_connection:open_channel(Connection);
        Refused -> Refused
    end.

close(Channel) ->
    exit(Channel, kill),
    none.

message(Number) ->
    Props = setelement(5, erlang:make_tuple(15, undefined, [{1, 'P_basic'}]), 2),
    {amqp_msg, Props, integer_to_binary(Number)}.

say(Number, What) ->
    io:format("~b ~b ~s~n", [erlang:system_time(millisecond), Number, What]).
