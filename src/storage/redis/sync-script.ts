/**
 * The one script of the request path: takes in what a thread charged and gave back, decides its waiting calls on all their
 * budgets (each all or none), and leases it slices of what is far from its limit. Amounts are told as totals, never as steps, so
 * that a repeated or lost exchange changes nothing, and a sequence number keeps out one that comes late.
 */
import { budgetKeys, ownerPrefix } from './budget-keys.ts';
import { scriptOf } from './scripts.ts';

/** One pot of the exchange. Short names: every byte is sent at each exchange. */
export interface SyncCounter {
  /** Pot. */
  h: string;
  /** Kept by the thread whatever comes: what calls hold, and what it goes on spending meanwhile. */
  k: number;
  /** Put into the script's hands, to be spent on the calls or taken back. */
  f: number;
  /** Of `k`, what no call holds. */
  e: number;
  /** Spare amount wanted after the exchange, besides. */
  x: number;
  /** A smaller spare amount is of no use. */
  m: number;
  limit: number;
  /** Slice that is charged, should the lease end unsettled; '-' where nothing is. */
  t: string;
  /** Counters that were charged, and this process's total of each. */
  u: [string, number][];
  /** Counters that add up to what is used. */
  s: string[];
}

/** Number of the counter from 1, limit, fixed, for each output token, 0 hard, 1 soft, 2 report. */
export type SyncItem = [counter: number, limit: number, fixed: number, perOutput: number, enforce: 0 | 1 | 2];

export interface SyncCall {
  w: number;
  m: number;
  i: SyncItem[];
}

export interface SyncRequest {
  generation: string;
  /** Name of the generation that begins when there is none. */
  fresh: string;
  /** How long a generation only takes in what processes have, ms. */
  settle: number;
  owner: string;
  process: string;
  seq: number;
  /** The last of them that the server answered. */
  acked: number;
  /** Of the leases, ms. */
  ttl: number;
  counters: SyncCounter[];
  calls: SyncCall[];
}

/** A process that did not come back for so long is forgotten; until then its part is told apart from the others'. */
export const forgetSeconds = 100 * 86_400;

/** In place of a result, while the generation only takes in: that less the ms until it is open. */
export const notOpen = -1_000_000;

/** Adds `sign` times what an owner had leased to what is charged; see `restore`. Answers the sum. */
const charge = `local function charge(all, sign)
  local sum = 0
  for n = 1, #all, 2 do
    local amount, slice = string.match(all[n + 1], '^(%d+):(.*)$')
    if amount and slice ~= '-' then
      redis.call('HINCRBY', KEYS[1], (string.gsub(all[n], '@[^@]*(%+%d+)$', '@' .. slice .. '%1')), sign .. amount)
      sum = sum + tonumber(amount)
    end
  end
  return string.format('%.0f', sum)
end
`;

/**
 * Gives back what an ended lease was charged for: its owner is there again, and tells what it has. What it had in an earlier
 * generation is no part of this one's figures.
 */
const restore = `${charge}
local function restore(name, owner, current)
  if redis.call('HGET', owner, '#generation') ~= current then
    redis.call('DEL', owner)
    return
  end
  if redis.call('HDEL', owner, '#off') == 0 then return end
  redis.call('HDEL', '${budgetKeys.absent}', name)
  redis.call('PERSIST', owner)
  local all = redis.call('HGETALL', owner)
  charge(all, '-')
  for n = 1, #all, 2 do
    local amount = string.match(all[n + 1], '^(%d+):')
    if amount then redis.call('HINCRBY', KEYS[2], all[n], amount) end
  end
end
`;

/** The generation in force; begins one when any of its marks is gone, as then its figures are gone too. */
const generation = `local function begin(fresh, openAt)
  redis.call('HSET', KEYS[1], '#generation', fresh, '#openAt', string.format('%.0f', openAt))
  redis.call('HSET', KEYS[2], '#generation', fresh)
  return fresh, openAt
end
local function generation(fresh, openAt)
  local used = redis.call('HMGET', KEYS[1], '#generation', '#openAt')
  local held = redis.call('HGET', KEYS[2], '#generation')
  if used[1] and used[1] == held then return used[1], tonumber(used[2]) end
  redis.call('DEL', KEYS[1], KEYS[2], '${budgetKeys.absent}')
  return begin(fresh, openAt)
end
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * Begins a generation whose figures are those of the one before: they may lack the last that the server was told, so everybody
 * tells again before anything is granted. Nobody's lease is forgotten by it.
 */
const renew = `local function renew(before, fresh, openAt)
  local function keep(names)
    for _, name in ipairs(names) do
      local owner = '${ownerPrefix}' .. name
      if redis.call('HGET', owner, '#generation') == before then
        redis.call('HSET', owner, '#generation', fresh)
      end
    end
  end
  keep(redis.call('ZRANGE', KEYS[3], 0, -1))
  keep(redis.call('HKEYS', '${budgetKeys.absent}'))
  return begin(fresh, openAt)
end
`;

export const scriptParts = { charge, restore, generation, renew };

/** Last argument: the server does not know the script, so it may be another one than before, or have begun anew. */
export const unknownScript = 'unknown';

/**
 * KEYS: used, held, leases, owner, charged, owners, processes. ARGV: the request as JSON, perhaps `unknownScript`.
 * A server that does not have what it answered before has lost its last moments, as a replica that lagged, or an old dump.
 */
const syncText = `${restore}${generation}${renew}
local function text(number) return string.format('%.0f', number) end
local used, held, leases, owner, charged = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local q = cjson.decode(ARGV[1])
local now = clock()
local current, openAt = generation(q.fresh, now + q.settle)
local seq = redis.call('HGET', owner, '#seq')
local isBehind = current == q.generation and tonumber(seq or 0) < q.acked
if (isBehind or ARGV[2]) and now >= openAt then
  current, openAt = renew(current, q.fresh, now + q.settle)
end
if current ~= q.generation then return {'generation', current} end
if seq and tonumber(seq) >= q.seq then return {'late'} end
if not seq then
  redis.call('SADD', KEYS[6], q.owner)
  redis.call('EXPIRE', KEYS[6], ${forgetSeconds})
  redis.call('SADD', KEYS[7], q.process)
end
restore(q.owner, owner, current)
redis.call('HSET', owner, '#seq', text(q.seq), '#generation', current)
redis.call('ZADD', leases, text(now + q.ttl), q.owner)
local counters = q.counters
for _, c in ipairs(counters) do
  for _, charge in ipairs(c.u) do
    local before = tonumber(redis.call('HGET', charged, charge[1]) or 0)
    if charge[2] > before then
      redis.call('HSET', charged, charge[1], text(charge[2]))
      redis.call('HINCRBY', used, charge[1], text(charge[2] - before))
    end
  end
  c.own = redis.call('HGET', owner, c.h)
  c.total = tonumber(redis.call('HGET', held, c.h) or 0)
  c.others = math.max(0, c.total - tonumber(c.own and string.match(c.own, '^%d+') or 0))
  c.used = 0
  for _, amount in ipairs(redis.call('HMGET', used, unpack(c.s))) do c.used = c.used + tonumber(amount or 0) end
end
local results = {}
for _, call in ipairs(q.calls) do
  local granted, least, refused = call.w, math.min(call.m, call.w), 0
  local readings = {}
  for index, item in ipairs(call.i) do
    local c = counters[item[1]]
    readings[index] = c.others + c.k
    if refused == 0 then
      if item[5] == 1 then
        if c.used >= item[2] then refused = index end
      elseif item[5] == 0 then
        local room = item[2] - c.used - c.others - c.k - item[3]
        if room < 0 then
          refused = index
        elseif item[4] > 0 then
          local fits = math.floor(room / item[4])
          if fits < least then refused = index else granted = math.min(granted, fits) end
        end
      end
    end
  end
  if now < openAt then
    results[#results + 1] = ${notOpen} - math.ceil(openAt - now)
  else
    if refused == 0 then
      for _, item in ipairs(call.i) do
        if item[5] ~= 1 then
          local c, amount = counters[item[1]], item[3] + granted * item[4]
          c.k = c.k + amount
          if item[5] == 0 then c.f = math.max(0, c.f - amount) end
        end
      end
    end
    results[#results + 1] = refused > 0 and -refused or granted
  end
  for _, reading in ipairs(readings) do results[#results + 1] = reading end
end
local owners = redis.call('ZCARD', leases)
local reply = {'ok'}
for _, c in ipairs(counters) do
  local left = math.floor((c.limit - c.used - c.others - c.k + c.e) / (4 * owners)) - c.e
  local spare = now < openAt and c.f or math.min(c.x, left)
  if spare < c.m and now >= openAt then spare = 0 end
  local mine = c.k + math.max(0, spare)
  local value = text(mine) .. ':' .. c.t
  if value ~= c.own then
    if mine > 0 then redis.call('HSET', owner, c.h, value) elseif c.own then redis.call('HDEL', owner, c.h) end
  end
  if c.others + mine == 0 then
    redis.call('HDEL', held, c.h)
  elseif c.others + mine ~= c.total then
    redis.call('HSET', held, c.h, text(c.others + mine))
  end
  reply[#reply + 1] = c.used
  reply[#reply + 1] = c.others
  reply[#reply + 1] = math.max(0, spare)
end
for _, result in ipairs(results) do reply[#reply + 1] = result end
return reply`;

export const syncScript = scriptOf(syncText);
