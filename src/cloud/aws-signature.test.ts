import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfSignature, readAuthorization } from '../../test/support/sigv4.ts';
import { createSigner } from './aws-signature.ts';

/** From AWS's test suite of Signature Version 4 (`get-vanilla`). */
const vanilla = {
  method: 'GET',
  target: '/',
  headers: {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  body: Buffer.alloc(0),
};
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };
const now = new Date('2026-11-25T10:00:00Z');

test("the tests' verifier agrees with AWS's own example", () => {
  assert.equal(faultOfSignature(vanilla, secretAccessKey), undefined);
  assert.equal(faultOfSignature({ ...vanilla, target: '/x' }, secretAccessKey), 'the signature is wrong');
});

test('a call is signed with its path, its query and its body', async () => {
  const sign = await createSigner({ ...keys, sessionToken: 'session' }, 'eu-central-1', 'bedrock');
  for (const path of [
    '/model/eu.amazon.nova-2-lite-v1%3A0/converse',
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.x/converse-stream',
    '/a%20b/(c)?z=1&a=2',
  ]) {
    const body = '{"text":"é漢😀"}';
    const call = {
      method: 'POST',
      url: `http://127.0.0.1:4566${path}`,
      headers: { 'content-type': 'application/json', 'user-agent': 'relays may change it', accept: '*/*' },
      body,
    };
    const added = await sign(call, now);
    assert.deepEqual(Object.keys(added).sort(), [
      'authorization',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
    ]);
    const headers = { ...call.headers, ...added, host: '127.0.0.1:4566' };
    const request = { method: 'POST', target: path, headers, body: Buffer.from(body) };
    assert.equal(faultOfSignature(request, secretAccessKey), undefined, path);
    const { region, service, signedHeaders } = readAuthorization(added['authorization']!);
    assert.deepEqual([region, service], ['eu-central-1', 'bedrock']);
    assert.ok(signedHeaders.includes('x-amz-security-token') && !signedHeaders.includes('user-agent'));
    assert.equal(
      faultOfSignature({ ...request, body: Buffer.from('{}') }, secretAccessKey),
      'the body is not what was signed',
    );
    assert.equal(faultOfSignature(request, 'another'), 'the signature is wrong');
  }
});
