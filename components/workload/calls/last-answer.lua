-- Keeps the last good answer to each GET, and answers with it when the call fails. Runs in Envoy's Lua filter, once for each call; Envoy
-- has one thread, and so there is one state. Before this text stand MAX_AGE in seconds, MAX_BYTES of all answers, and MAX_ANSWERS.

-- An answer that is larger is not kept, nor one to a request with more to tell it by.
local MAX_BODY, MAX_HEADERS, MAX_KEY = 65536, 8192, 4096
-- Answers that are being read at a time, so that those which are slow do not fill the memory.
local MAX_READING = 32

-- What a request says that does not change its answer: every other header tells one request from another.
local NOT_TOLD_BY = {}
for name in ([[:method :path :scheme :authority host user-agent connection keep-alive te content-length cache-control pragma
  if-none-match if-modified-since x-request-id x-correlation-id traceparent tracestate b3 x-b3-traceid x-b3-spanid x-b3-parentspanid
  x-b3-sampled x-b3-flags uber-trace-id x-forwarded-proto]]):gmatch("%S+") do NOT_TOLD_BY[name] = true end

-- What a service says by which an answer is nobody else's, or is not to be given when it is old (RFC 9111).
local KEPT_BY_NONE = {}
for name in ("no-store private no-cache must-revalidate proxy-revalidate s-maxage"):gmatch("%S+") do KEPT_BY_NONE[name] = true end

-- What belongs to a connection or to one request, and is no part of an answer that is given again.
local NOT_KEPT = {}
for name in ([[connection keep-alive transfer-encoding upgrade trailer te proxy-authenticate proxy-connection content-length age date
  x-request-id traceparent tracestate]]):gmatch("%S+") do NOT_KEPT[name] = true end

-- Statuses that say nothing of what an answer would be: any other one that is no failure takes the place of what was kept.
local SAYS_NOTHING = { [304] = true, [408] = true, [429] = true }

local answers, count, bytes, clock = {}, 0, 0, 0
local reading = setmetatable({}, { __mode = "k" })

local function drop(key)
  local answer = answers[key]
  if not answer then return end
  answers[key], count, bytes = nil, count - 1, bytes - answer.bytes
end

local function keep(key, answer)
  drop(key)
  while count >= MAX_ANSWERS or bytes + answer.bytes > MAX_BYTES do
    local oldest
    for other, kept in pairs(answers) do
      if not oldest or kept.used < answers[oldest].used then oldest = other end
    end
    drop(oldest)
  end
  clock = clock + 1
  answer.used = clock
  answers[key], count, bytes = answer, count + 1, bytes + answer.bytes
end

local function forget(path)
  for key, answer in pairs(answers) do
    if answer.path == path then drop(key) end
  end
end

-- What tells a request from others; nothing for one whose answer may be somebody's own.
local function keyOf(headers)
  if headers:get("authorization") or headers:get("cookie") then return nil end
  if (headers:get("cache-control") or ""):lower():find("no-store", 1, true) then return nil end
  local parts = {}
  for name, value in pairs(headers) do
    if not NOT_TOLD_BY[name] and name:sub(1, 8) ~= "x-envoy-" then parts[#parts + 1] = name .. ":" .. value end
  end
  table.sort(parts)
  local key = headers:get(":path") .. "\n" .. table.concat(parts, "\n")
  if #key <= MAX_KEY then return key end
end

-- Whether the service lets an answer be given again. Goes through all headers: of one message there is one walk at a time.
local function mayKeep(headers)
  local may = not headers:get("set-cookie") and tonumber(headers:get("content-length") or 0) <= MAX_BODY
  for name, value in pairs(headers) do
    if name == "cache-control" then
      for directive in value:lower():gmatch("[%w-]+") do
        if KEPT_BY_NONE[directive] then may = false end
      end
    elseif name == "vary" then
      for other in value:lower():gmatch("[^%s,]+") do
        if other == "*" or NOT_TOLD_BY[other] then may = false end
      end
    end
  end
  return may
end

-- Reads the answer as it goes by. One that breaks off is not kept: nothing comes after it.
local function read(handle, key, path)
  if next(reading) then
    local others = 0
    for _ in pairs(reading) do others = others + 1 end
    if others >= MAX_READING then return end
  end
  local names, values, size = {}, {}, #key
  for name, value in pairs(handle:headers()) do
    if name:sub(1, 1) ~= ":" and name:sub(1, 8) ~= "x-envoy-" and not NOT_KEPT[name] then
      names[#names + 1], values[#values + 1] = name, value
      size = size + #name + #value
    end
  end
  if size > #key + MAX_HEADERS then return drop(key) end
  local parts, length = {}, 0
  reading[parts] = true
  for chunk in handle:bodyChunks() do
    length = length + chunk:length()
    if length > MAX_BODY then
      reading[parts] = nil
      return drop(key)
    end
    parts[#parts + 1] = chunk:getBytes(0, chunk:length())
  end
  reading[parts] = nil
  local body = table.concat(parts)
  keep(key, { path = path, names = names, values = values, body = body, bytes = size + length, at = os.time() })
end

local function give(handle, answer)
  local headers, others = handle:headers(), {}
  for name in pairs(headers) do
    if name:sub(1, 1) ~= ":" then others[#others + 1] = name end
  end
  for _, name in ipairs(others) do headers:remove(name) end
  for index, name in ipairs(answer.names) do headers:add(name, answer.values[index]) end
  headers:replace(":status", "200")
  headers:replace("age", tostring(os.time() - answer.at))
  headers:replace("content-length", tostring(#answer.body))
  headers:replace("x-plumbline-fallback", "stale")
  clock = clock + 1
  answer.used = clock
  local rest
  for chunk in handle:bodyChunks() do
    chunk:setBytes(rest or answer.body)
    rest = ""
  end
  -- A failure of headers alone has no chunk: the body is put behind them.
  if not rest then handle:body(true):setBytes(answer.body) end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local metadata = handle:streamInfo():dynamicMetadata()
  local method, path = headers:get(":method"), headers:get(":path")
  metadata:set("plumbline", "path", path:match("^[^?]*"))
  metadata:set("plumbline", "method", method)
  if method == "GET" then metadata:set("plumbline", "key", keyOf(headers) or "") end
end

function envoy_on_response(handle)
  local request = handle:streamInfo():dynamicMetadata():get("plumbline")
  if not request then return end
  local headers, key = handle:headers(), request["key"]
  local status = tonumber(headers:get(":status"))
  if request["method"] ~= "GET" then
    local isSafe = request["method"] == "HEAD" or request["method"] == "OPTIONS"
    if status < 400 and not isSafe then forget(request["path"]) end
  elseif key == "" then
    return
  elseif status >= 500 then
    local answer = answers[key]
    if not answer then return end
    if os.time() - answer.at > MAX_AGE then return drop(key) end
    give(handle, answer)
  elseif status == 200 and mayKeep(headers) then
    read(handle, key, request["path"])
  elseif not SAYS_NOTHING[status] then
    drop(key)
  end
end
