/** The scripts of a process's agent, off the request path. KEYS[1] and KEYS[2] are `used` and `held` in all of them. */
import { ownerPrefix } from './budget-keys.ts';
import { scriptOf } from './scripts.ts';
import { forgetSeconds, scriptParts } from './sync-script.ts';

/**
 * KEYS: used, held, leases, absent. ARGV: name of a new generation, its settling time in ms, perhaps `unknownScript`. Leases that ended are charged whole:
 * nobody knows what of them was used until their owner is there again, and so no limit is passed. Calls at once are free again.
 * Answers generation; owner and amount as text, of each lease that ended now; owner and epoch of all that are absent; ms until
 * calls are granted.
 */
export const beatScript = scriptOf(`${scriptParts.generation}${scriptParts.renew}${scriptParts.charge}
local now = clock()
local current, openAt = generation(ARGV[1], now + ARGV[2])
if ARGV[3] and now >= openAt then current = renew(current, ARGV[1], now + ARGV[2]) end
local ended = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 20)) do
  local owner, sum = '${ownerPrefix}' .. name, '0'
  if redis.call('HGET', owner, '#generation') == current then
    local all = redis.call('HGETALL', owner)
    for n = 1, #all, 2 do
      local amount = string.match(all[n + 1], '^(%d+):')
      if amount then redis.call('HINCRBY', KEYS[2], all[n], '-' .. amount) end
    end
    sum = charge(all, '')
    -- Another lease of its may end at the same moment by a clock that stepped back, so the sequence is in the name too.
    local epoch = string.format('%.0f', now) .. '-' .. redis.call('HGET', owner, '#seq')
    redis.call('HSET', owner, '#off', epoch)
    redis.call('HSET', KEYS[4], name, epoch)
  end
  redis.call('EXPIRE', owner, ${forgetSeconds})
  redis.call('ZREM', KEYS[3], name)
  ended[#ended + 1] = name
  ended[#ended + 1] = sum
end
return {current, ended, redis.call('HGETALL', KEYS[4]), math.max(0, math.ceil(openAt - now))}`);

/**
 * KEYS: used, absent, owner. ARGV: owner's name, epoch. Gives back what the lease was charged for, unless its owner was there
 * since. The sequence stays, so a command of its that comes late is none; and should it come back, it is told that it has nothing.
 * Answers the amount.
 */
export const returnAbsentScript = scriptOf(`${scriptParts.charge}
local absence = redis.call('HGET', KEYS[2], ARGV[1])
if absence ~= ARGV[2] then return '0' end
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('HGET', KEYS[3], '#off') ~= ARGV[2] then return '0' end
if redis.call('HGET', KEYS[3], '#generation') ~= redis.call('HGET', KEYS[1], '#generation') then return '0' end
local all = redis.call('HGETALL', KEYS[3])
local sum = charge(all, '-')
for n = 1, #all, 2 do
  if string.match(all[n + 1], '^%d+:') then redis.call('HDEL', KEYS[3], all[n]) end
end
return sum`);

/**
 * KEYS: used, absent. ARGV: counters. Sets them to zero for all; what an absent owner is charged for with them does not come back
 * to a counter that was set to zero since.
 */
export const resetScript = scriptOf(`local isReset = {}
for _, field in ipairs(ARGV) do
  isReset[field] = true
  redis.call('HDEL', KEYS[1], field)
end
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  local owner = '${ownerPrefix}' .. name
  local all = redis.call('HGETALL', owner)
  for n = 1, #all, 2 do
    local slice = string.match(all[n + 1], '^%d+:(.*)$')
    if slice and isReset[(string.gsub(all[n], '@[^@]*(%+%d+)$', '@' .. slice .. '%1'))] then
      redis.call('HDEL', owner, all[n])
    end
  end
end
return 1`);

/**
 * KEYS: used, held, leases, owner. ARGV: owner's name. What a thread that is no more had leased comes back; what it charged must be
 * registered before. A message of its that comes late finds a sequence number above its own.
 */
export const returnScript = scriptOf(`${scriptParts.restore}
restore(ARGV[1], KEYS[4], redis.call('HGET', KEYS[1], '#generation'))
local all = redis.call('HGETALL', KEYS[4])
for n = 1, #all, 2 do
  local amount = string.match(all[n + 1], '^(%d+):')
  if amount then redis.call('HINCRBY', KEYS[2], all[n], '-' .. amount) end
end
redis.call('DEL', KEYS[4])
redis.call('HSET', KEYS[4], '#seq', '9007199254740991')
redis.call('EXPIRE', KEYS[4], 3600)
redis.call('ZREM', KEYS[3], ARGV[1])
return 1`);

/**
 * KEYS: used, held, charged, processes. ARGV: process, then counter and the process's total, and so on. The higher total counts, so
 * that whoever remembers may tell it, as often as it likes.
 */
export const registerScript = scriptOf(`redis.call('SADD', KEYS[4], ARGV[1])
for n = 2, #ARGV, 2 do
  local before = tonumber(redis.call('HGET', KEYS[3], ARGV[n]) or 0)
  local total = tonumber(ARGV[n + 1])
  if total > before then
    redis.call('HSET', KEYS[3], ARGV[n], ARGV[n + 1])
    redis.call('HINCRBY', KEYS[1], ARGV[n], string.format('%.0f', total - before))
  end
end
redis.call('EXPIRE', KEYS[3], ${forgetSeconds})
return 1`);
