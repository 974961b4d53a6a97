/** The FOCUS export against what FOCUS 1.2 asks; the validator itself is shown datasets that are wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RequestRecord } from '../core/record.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { focusColumns, focusRows } from './focus.ts';
import { type FocusRow, focusFaults } from './focus-validator.fixture.ts';

function rowsOf(...records: RequestRecord[]): FocusRow[] {
  return records.flatMap(focusRows).map((cells) => {
    const named = focusColumns.map((name, i) => [
      name,
      cells[i] === undefined ? undefined : String(cells[i]),
    ]);
    return Object.fromEntries(named) as FocusRow;
  });
}

test('every row conforms, whatever the call: without a key, without a price, estimated, at the turn of a month', () => {
  const call = fc.record({
    input: fc.nat(1_000_000),
    output: fc.nat(100_000),
    cost: fc.option(fc.nat(9_000_000_000_000), { nil: undefined }),
    at: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
    lasts: fc.double({ min: 0, max: 900_000, noNaN: true }),
    estimated: fc.boolean(),
    user: fc.option(fc.constantFrom('mike', 'a "quoted", name'), { nil: undefined }),
    hasKey: fc.boolean(),
    model: fc.option(fc.constant('m'), { nil: undefined }),
  });
  fc.assert(
    fc.property(call, ({ input, output, cost, at, lasts, estimated, user, hasKey, model }) => {
      const { key, llm, ...rest } = ledgerRecord(1, { startedAtMs: at, durationMs: lasts });
      const { costNano: _, responseModel: __, requestModel: ___, ...asked } = llm!;
      const { user: ____, ...plain } = key!;
      const record: RequestRecord = {
        ...rest,
        ...(hasKey && { key: { ...plain, ...(user !== undefined && { user }) } }),
        llm: {
          ...asked,
          ...(model !== undefined && { requestModel: model }),
          usage: { ...llm!.usage!, inputTokens: input, outputTokens: output, estimated },
          ...(cost !== undefined && { costNano: cost }),
        },
      };
      const rows = rowsOf(record);
      assert.equal(rows.length, input + output === 0 ? 0 : 1);
      assert.deepEqual(focusFaults(focusColumns, rows), []);
    }),
  );
});

test('a model without a price costs 0 and is tagged; a call that used nothing is no charge', () => {
  const { llm, ...rest } = ledgerRecord(1);
  const { costNano: _, ...unpriced } = llm!;
  const [row] = rowsOf({ ...rest, llm: unpriced });
  assert.equal(row?.['BilledCost'], '0.000000000');
  assert.deepEqual(JSON.parse(row!['Tags']!), { team: 'platform', 'tollgate/unpriced': 'true' });
  assert.equal(rowsOf(ledgerRecord(1))[0]?.['ListUnitPrice'], '0.000011000000000000000');
  const { usage: __, ...refused } = llm!;
  assert.deepEqual(rowsOf({ ...rest, llm: refused }), []);
});

test('the validator finds what is wrong', () => {
  const [good] = rowsOf(ledgerRecord(1));
  assert.deepEqual(focusFaults(focusColumns, [good!]), []);
  for (const [change, fault] of [
    [{ BilledCost: '' }, 'row 0: BilledCost: is null'],
    [{ BilledCost: '$5' }, 'row 0: BilledCost: "$5" is no decimal'],
    [{ EffectiveCost: '1,5' }, 'row 0: EffectiveCost: "1,5" is no decimal'],
    [{ ChargeCategory: 'usage' }, 'row 0: ChargeCategory: "usage" is not an allowed value'],
    [{ ServiceCategory: 'AI' }, 'row 0: ServiceCategory: "AI" is not an allowed value'],
    [{ ChargePeriodStart: '25.11.2026' }, 'row 0: ChargePeriodStart: "25.11.2026" is no date-time'],
    [{ ChargePeriodEnd: good!['ChargePeriodStart'] }, 'row 0: ChargePeriodEnd: is not after its start'],
    [
      { BillingPeriodStart: '2026-12-01T00:00:00Z' },
      'row 0: ChargePeriodStart: is outside of the billing period',
    ],
    [{ PricingUnit: '' }, 'row 0: PricingQuantity and PricingUnit: one of them is null'],
    [{ ListUnitPrice: '' }, 'row 0: ListUnitPrice: is null for usage'],
    [{ ListCost: '7.5' }, 'row 0: ListCost: is not unit price times quantity'],
    [{ SubAccountName: '' }, 'row 0: SubAccountId and SubAccountName: one of them is null'],
    [{ Tags: '[]' }, 'row 0: Tags: "[]" is no json'],
    [{ InvoiceIssuerName: '  ' }, 'row 0: InvoiceIssuerName: is null'],
  ] as const)
    assert.ok(focusFaults(focusColumns, [{ ...good, ...change }]).includes(fault), fault);
  const without = focusColumns.filter((name) => name !== 'PublisherName');
  assert.ok(focusFaults(without, []).includes('PublisherName: column is missing'));
  assert.ok(focusFaults([...focusColumns, 'Colour'], []).includes('Colour: is no column of FOCUS'));
});
