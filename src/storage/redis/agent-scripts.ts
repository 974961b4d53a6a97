/** The scripts of a process's agent, off the request path. KEYS[1] and KEYS[2] are `used` and `held` in all of them. */
import { ownerPrefix } from './budget-keys.ts';
import { scriptOf } from './scripts.ts';
import { forgetSeconds, scriptParts } from './sync-script.ts';

/**
 * KEYS: used, held, leases. ARGV: name of a new generation, its settling time in ms. Leases that ended are charged whole:
 * nobody knows what of them was used until their owner is there again, and so no limit is passed. Calls at once are free again.
 * Answers generation and, for each ended lease, owner and amount as text.
 */
export const beatScript = scriptOf(`${scriptParts.generation}
local now = clock()
local current = generation(ARGV[1], now + ARGV[2])
local ended = {current}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 20)) do
  local owner = '${ownerPrefix}' .. name
  local all, sum = redis.call('HGETALL', owner), 0
  local isOfNow = redis.call('HGET', owner, '#generation') == current
  for n = 1, #all, 2 do
    local amount, slice = string.match(all[n + 1], '^(%d+):(.*)$')
    if amount and isOfNow then
      redis.call('HINCRBY', KEYS[2], all[n], '-' .. amount)
      if slice ~= '-' then
        redis.call('HINCRBY', KEYS[1], string.gsub(all[n], '@[^@]*(%+%d+)$', '@' .. slice .. '%1'), amount)
        sum = sum + tonumber(amount)
      end
    end
  end
  redis.call('ZREM', KEYS[3], name)
  redis.call('HSET', owner, '#off', '1')
  redis.call('EXPIRE', owner, ${forgetSeconds})
  ended[#ended + 1] = name
  ended[#ended + 1] = string.format('%.0f', sum)
end
return ended`);

/**
 * KEYS: used, held, leases, owner. ARGV: owner's name. What a thread that is no more had leased comes back; what it charged must be
 * registered before. A message of its that comes late finds a sequence number above its own.
 */
export const returnScript = scriptOf(`${scriptParts.restore}
restore(KEYS[4], redis.call('HGET', KEYS[1], '#generation'))
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
