import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOtelSettings } from './otel-settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const all = { ratio: 1, parentBased: true };

test('nothing is exported unless a collector is named', () => {
  assert.deepEqual(readOtelSettings({}), { logs: false, faults: [] });
  assert.deepEqual(readOtelSettings({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), { logs: false, faults: [] });
});

test('one endpoint for both, or one of each; each can be left out', () => {
  assert.deepEqual(readOtelSettings(endpoint), { traces: { sampler: all }, logs: true, faults: [] });
  const one = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/v1/traces' };
  assert.deepEqual(readOtelSettings(one), { traces: { sampler: all }, logs: false, faults: [] });
  const without = { ...endpoint, OTEL_TRACES_EXPORTER: 'none' };
  assert.deepEqual(readOtelSettings(without), { logs: true, faults: [] });
});

test('samplers', () => {
  const settings = readOtelSettings({
    ...endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.2',
  });
  assert.deepEqual(settings.traces, { sampler: { ratio: 0.2, parentBased: true } });
});

test('what is not understood is told, without its value', () => {
  const { traces, faults } = readOtelSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@127.0.0.1:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'xray',
    OTEL_LOGS_EXPORTER: 'console',
  });
  assert.deepEqual(traces, { sampler: all });
  assert.equal(faults.length, 3);
  assert.doesNotMatch(faults.join(), /secret/);
  assert.equal(readOtelSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:4318' }).faults.length, 2);
});
