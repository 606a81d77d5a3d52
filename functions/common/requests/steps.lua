-- All steps in the life of a request. One script runs a step in one round trip to Redis.
--
-- ARGV lists the parts of the step. Each part has a name, its number of keys, its number of
-- arguments, and the arguments. KEYS has the keys of all parts, in the same order. A part returns
-- a reply, and true if it stops the step. The step then skips the remaining parts.
--
-- The script returns {1 if a part stopped it else 0, the reply of each part}. It uses Redis's
-- clock, so that all workers agree on the time.

local clock
local function read_clock()
  if not clock then
    local time = redis.call('TIME')
    clock = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return clock
end

local CHANGES = 'stockcast:changes'
local APART = ',"history":null}'
local MINUTE_MS = 60000
local COUNTS_TTL_MS = 90 * 24 * 3600 * 1000
local RENEW_EVERY = 16  -- every sixteenth count of a kind renews the TTL
local STAGES = {'queued', 'ingesting', 'forecasting'}
local RANK = {queued = 1, ingesting = 2, forecasting = 3, done = 4, failed = 4}
local BOUNDS_MS = {50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000, 600000}

local parts = {}

-- A result shares its shard with the counts and the latest results of its question. See keys.py.
local function result_name(key)
  return 'stockcast:result:{s' .. string.sub(key, 1, 2) .. '}:' .. key
end

-- The history of a result. All results from the same prices share it, and its shard.
local function history_name(key)
  return 'stockcast:history:{s' .. string.sub(key, 1, 2) .. '}:' .. string.sub(key, 1, 22)
end

-- Whether a result, given by its end, has its history there. See history.py.
local function is_apart(ending)
  return string.sub(ending, -#APART) == APART
end

-- Add 1, or by[i], to each count in names.
local function count(key, names, by)
  if #names == 1 then
    local sum = redis.call('HINCRBY', key, names[1], by and by[1] or 1)
    if sum % RENEW_EVERY == 1 then redis.call('PEXPIRE', key, COUNTS_TTL_MS) end
    return
  end
  local values = redis.call('HMGET', key, unpack(names))
  local changes = {}
  for i, name in ipairs(names) do
    local sum = (values[i] or 0) + (by and by[i] or 1)
    changes[2 * i - 1], changes[2 * i] = name, string.format('%.0f', sum)
  end
  redis.call('HSET', key, unpack(changes))
  if changes[2] % RENEW_EVERY == 1 then redis.call('PEXPIRE', key, COUNTS_TTL_MS) end
end

-- The value of a field in args, which has fields and their values from the index `first` on.
local function field(args, first, name)
  for i = first, #args, 2 do
    if args[i] == name then return args[i + 1] end
  end
end

local function place(ms)
  for i, bound in ipairs(BOUNDS_MS) do
    if ms <= bound then return i end
  end
  return #BOUNDS_MS + 1
end

-- Count a request that has ended, its time in each stage, and its total time.
local function count_end(key, what, reached, submitted)
  local now = read_clock()
  local names, by = {what}, {1}
  local function observe(stage, ms)
    ms = math.max(ms, 0)
    local n = #names
    names[n + 1], by[n + 1] = 'stage|' .. stage .. '|' .. place(ms), 1
    names[n + 2], by[n + 2] = 'stage|' .. stage .. '|sum', ms
  end
  for i, stage in ipairs(reached) do
    local following = reached[i + 1]
    observe(stage.name, (following and following.at or now) - stage.at)
  end
  observe('total', now - submitted)
  count(key, names, by)
end

-- keys: a claim. args: our token, the lease. Returns 'ours'. If something else is stored there,
-- returns that and stops.
function parts.claim(keys, args)
  if redis.call('SET', keys[1], args[1], 'NX', 'PX', args[2]) then return 'ours' end
  local standing = redis.call('GET', keys[1])
  if standing == args[1] then return 'ours' end
  return standing, true
end

-- keys: a claim. args: our token, the lease.
function parts.renew(keys, args)
  if redis.call('GET', keys[1]) ~= args[1] then return 0 end
  return redis.call('PEXPIRE', keys[1], args[2])
end

-- keys: a claim. args: our token.
function parts.release(keys, args)
  if redis.call('GET', keys[1]) ~= args[1] then return 0 end
  return redis.call('DEL', keys[1])
end

-- keys: a claim. args: the outcome of the work, and its TTL.
function parts.settle(keys, args)
  redis.call('SET', keys[1], args[1], 'PX', args[2])
  return 1
end

-- Advance a request. Creates its record if there is none.
-- keys: the request, its batch if it has one, its counts.
-- args: status, body, time until the deadline, TTL, id, kind and model, the source of the result or
-- why there is none, then field, value ...
-- Returns {outcome, deadline, now, result key}. The outcome is 'changed', 'conflict' (another
-- request has this id), or the current status. The status stays if the request has already reached
-- the new one. It also stays if the deadline has passed, because the request can then only end.
-- Stops if the request cannot be worked on.
function parts.advance(keys, args)
  local now = read_clock()
  local status, body, ttl, id = args[1], args[2], args[4], args[5]
  local known = redis.call('HMGET', keys[1], 'status', 'body', 'batch', 'deadline', 'submitted_at',
                           'result_key', 'at:queued', 'at:ingesting', 'at:forecasting')
  local stood, batch, submitted = known[1], known[3], known[5] or now
  local deadline = known[4] or string.format('%.0f', now + args[3])
  local at = string.format('%.0f', now)
  local changes = {'status', status, 'at:' .. status, at, unpack(args, 8)}
  if not stood then
    for _, change in ipairs({'body', body, 'submitted_at', at, 'deadline', deadline}) do
      changes[#changes + 1] = change
    end
    count(keys[3], {'accepted|' .. args[6]})
    if status ~= 'queued' then
      changes[#changes + 1], changes[#changes + 2] = 'at:queued', at
      known[7] = at
    end
  else
    if body ~= '' and known[2] ~= body then return {'conflict', deadline, at, ''}, true end
    local is_late = RANK[status] < 4 and now > tonumber(deadline)
    if is_late or RANK[status] <= RANK[stood] then
      local is_over = RANK[stood] == 4 or now > tonumber(deadline)
      return {stood, deadline, at, known[6] or ''}, RANK[status] < 4 and is_over
    end
  end
  redis.call('HSET', keys[1], unpack(changes))
  local ends = RANK[status] == 4
  if not stood then redis.call('PEXPIRE', keys[1], ttl) end
  if status ~= 'queued' then
    local change = id .. ' ' .. status .. ' ' .. at
    if status == 'done' then change = change .. ' ' .. (field(args, 8, 'result_key') or '') end
    redis.call('PUBLISH', CHANGES, change)
  end
  if batch and redis.call('EXISTS', keys[2]) == 1 then
    redis.call('HINCRBY', keys[2], stood, -1)
    redis.call('HINCRBY', keys[2], status, 1)
    redis.call('HSET', keys[2], 'updated_at', at)
    if ends then redis.call('PUBLISH', CHANGES, batch) end
  end
  if ends then
    local reached = {}
    for i, stage in ipairs(STAGES) do
      local since = known[6 + i]
      if since then reached[#reached + 1] = {name = stage, at = tonumber(since)} end
    end
    count_end(keys[3], status .. '|' .. args[6] .. '|' .. args[7], reached, tonumber(submitted))
  end
  return {'changed', deadline, at, ''}
end

-- Delete a request whose result no longer exists. keys: the request. args: the result's key.
function parts.forget(keys, args)
  local known = redis.call('HMGET', keys[1], 'status', 'result_key')
  if known[1] ~= 'done' or known[2] ~= args[1] then return 0 end
  return redis.call('DEL', keys[1])
end

-- Replace the headline of a completed member of a batch. keys: the request. args: the headline.
function parts.headline(keys, args)
  if redis.call('HEXISTS', keys[1], 'headline') == 0 then return 0 end
  return redis.call('HSET', keys[1], 'headline', args[1])
end

-- keys: a request. args: 1 to read its result, too. Returns {now (0 if it has ended), its fields,
-- its result}.
function parts.read(keys, args)
  local fields = redis.call('HGETALL', keys[1])
  local known, now, result = {}, 0, false
  for i = 1, #fields, 2 do known[fields[i]] = fields[i + 1] end
  if known.status == 'done' then
    if args[1] == '1' then result = redis.call('GET', result_name(known.result_key)) end
  elseif known.status ~= 'failed' then
    now = read_clock()
  end
  return {string.format('%.0f', now), fields, result}
end

-- keys: a hash. args: fields. Returns {now, their values}.
function parts.fields(keys, args)
  return {string.format('%.0f', read_clock()), redis.call('HMGET', keys[1], unpack(args))}
end

-- Claim the computation of a result. If the result exists, renew its TTL instead. A result whose
-- history is lost is computed again.
-- keys: the result, the claim, the history. args: our token, the lease, the TTLs of result and history.
-- Returns {'known', the result}, {'ours', 1 if the history exists}, or {'theirs'}.
function parts.compute(keys, args)
  -- One command finds both: the history counts twice.
  local found = redis.call('EXISTS', keys[1], keys[3], keys[3])
  if found % 2 == 1 then
    local known = redis.call('GETEX', keys[1], 'PX', args[3])
    if not is_apart(known) or redis.call('PEXPIRE', keys[3], args[4]) == 1 then
      return {'known', known}
    end
  end
  if parts.claim({keys[2]}, args) == 'ours' then return {'ours', found >= 2 and 1 or 0} end
  return {'theirs'}
end

-- keys: the result, the claim on its computation, the latest result of its question, its history.
-- args: the result (empty if it is already stored), its TTL, the pointer to it, until when it
-- answers equal questions, the longest time it may do so, the history (empty likewise), its TTL.
-- Returns 'lost' and stops if the history is not stored.
function parts.store(keys, args)
  if args[6] ~= '' then redis.call('SET', keys[4], args[6], 'PX', args[7]) end
  if args[1] ~= '' then
    -- If Redis has lost what was written last, the claim is gone. Then the history can be gone, too.
    if redis.call('DEL', keys[2]) == 0 and is_apart(args[1])
       and redis.call('EXISTS', keys[4]) == 0 then
      return 'lost', true
    end
    redis.call('SET', keys[1], args[1], 'PX', args[2])
  end
  local fresh_ms = math.min(tonumber(args[4]) - read_clock(), tonumber(args[5]))
  if fresh_ms >= 1000 then redis.call('SET', keys[3], args[3], 'PX', math.floor(fresh_ms)) end
  return 1
end

-- Count a submission. keys: the counters of a minute. args: how much to count, and their limits.
-- Returns {which limit is exceeded, for how long}. Stops if a limit is exceeded.
function parts.admit(keys, args)
  for i, key in ipairs(keys) do
    local limit = tonumber(args[i + 1])
    if limit > 0 then
      local sum = redis.call('INCRBY', key, args[1])
      if sum == tonumber(args[1]) then redis.call('PEXPIRE', key, MINUTE_MS) end
      if sum > limit then return {i, redis.call('PTTL', key)}, true end
    end
  end
  return {0, 0}
end

-- Find the latest result of a question, if the result still exists. Its request must be done: it may
-- have failed before its result came.
-- keys: the pointer to them, the counts. args: kind and model to count (empty: do not count), the
-- source of the result, the TTLs of result and history, 1 to check that the request is done.
-- Returns the pointer and stops. Returns false if there is none.
function parts.latest(keys, args)
  local found = redis.call('GET', keys[1])
  if not found then return false end
  local request, key = string.match(found, '^(.*) (.*)$')
  if redis.call('PEXPIRE', result_name(key), args[3]) == 0
     or redis.call('PEXPIRE', history_name(key), args[4]) == 0
        and is_apart(redis.call('GETRANGE', result_name(key), -#APART, -1))
     or args[5] == '1' and redis.call('HGET', request, 'status') ~= 'done' then
    redis.call('DEL', keys[1])
    return false
  end
  if args[1] ~= '' then
    count(keys[2], {'accepted|' .. args[1], 'done|' .. args[1] .. '|' .. args[2]})
  end
  return found, true
end

-- Add a request to the backlog. keys: the backlog. args: time until its deadline, its id, the most
-- requests in the backlog. Returns 0 and stops if the backlog is full.
function parts.enter(keys, args)
  local most = tonumber(args[3])
  if redis.call('ZCARD', keys[1]) >= most then
    redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', read_clock())
    if redis.call('ZCARD', keys[1]) >= most and not redis.call('ZSCORE', keys[1], args[2]) then
      return 0, true
    end
  end
  local deadline = string.format('%.0f', read_clock() + args[1])
  redis.call('ZADD', keys[1], 'NX', deadline, args[2])
  redis.call('PEXPIREAT', keys[1], deadline)
  return 1
end

-- Remove a request from the backlog. keys: the backlog. args: its id.
function parts.leave(keys, args)
  return redis.call('ZREM', keys[1], args[1])
end

-- keys: counts. args: their names.
function parts.count(keys, args)
  count(keys[1], args)
  return 1
end

local answer, key, argument = {0}, 1, 1
while argument <= #ARGV do
  local part, keys, arguments = parts[ARGV[argument]], ARGV[argument + 1], ARGV[argument + 2]
  local last = argument + 2 + arguments
  local reply, stops = part({unpack(KEYS, key, key + keys - 1)}, {unpack(ARGV, argument + 3, last)})
  answer[#answer + 1] = reply
  if stops then
    answer[1] = 1
    break
  end
  key, argument = key + keys, last + 1
end
return answer
