/**
 * The descriptors of what the service speaks, for gRPC reflection: Envoy's rate limit API as far as it is served, and gRPC's
 * health check. Names and field numbers are Envoy's; options and comments are left out.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  file_google_protobuf_duration,
  file_google_protobuf_struct,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

/** `name number type`: a scalar, or a message or enum by its full name; `*` in front repeats. */
type Field = [name: string, number: number, type: string];
interface Message {
  name: string;
  fields: Field[];
  nested?: Message[];
  enums?: Enum[];
}
interface Enum {
  name: string;
  values: string[];
}
interface Method {
  name: string;
  input: string;
  output: string;
  streams?: boolean;
}
interface ProtoFile {
  name: string;
  package: string;
  dependency?: string[];
  messages: Message[];
  enums?: Enum[];
  service?: { name: string; methods: Method[] };
}

const scalars: Record<string, Type> = {
  string: Type.STRING,
  bytes: Type.BYTES,
  bool: Type.BOOL,
  uint32: Type.UINT32,
};

const common = 'envoy.extensions.common.ratelimit.v3';
const rls = 'envoy.service.ratelimit.v3';
const units = ['UNKNOWN', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'MONTH', 'YEAR', 'WEEK'];

const ratelimitUnit: ProtoFile = {
  name: 'envoy/type/v3/ratelimit_unit.proto',
  package: 'envoy.type.v3',
  messages: [],
  enums: [{ name: 'RateLimitUnit', values: units }],
};

const base: ProtoFile = {
  name: 'envoy/config/core/v3/base.proto',
  package: 'envoy.config.core.v3',
  messages: [
    {
      name: 'HeaderValue',
      fields: [
        ['key', 1, 'string'],
        ['value', 2, 'string'],
      ],
    },
  ],
};

const descriptors: ProtoFile = {
  name: 'envoy/extensions/common/ratelimit/v3/ratelimit.proto',
  package: common,
  dependency: [ratelimitUnit.name, 'google/protobuf/wrappers.proto'],
  messages: [
    {
      name: 'RateLimitDescriptor',
      fields: [
        ['entries', 1, `*${common}.RateLimitDescriptor.Entry`],
        ['limit', 2, `${common}.RateLimitDescriptor.RateLimitOverride`],
        ['hits_addend', 3, 'google.protobuf.UInt64Value'],
        ['is_negative_hits', 4, 'bool'],
      ],
      nested: [
        {
          name: 'Entry',
          fields: [
            ['key', 1, 'string'],
            ['value', 2, 'string'],
          ],
        },
        {
          name: 'RateLimitOverride',
          fields: [
            ['requests_per_unit', 1, 'uint32'],
            ['unit', 2, 'enum envoy.type.v3.RateLimitUnit'],
          ],
        },
      ],
    },
  ],
};

const service: ProtoFile = {
  name: 'envoy/service/ratelimit/v3/rls.proto',
  package: rls,
  dependency: [base.name, descriptors.name, 'google/protobuf/duration.proto', 'google/protobuf/struct.proto'],
  messages: [
    {
      name: 'RateLimitRequest',
      fields: [
        ['domain', 1, 'string'],
        ['descriptors', 2, `*${common}.RateLimitDescriptor`],
        ['hits_addend', 3, 'uint32'],
      ],
    },
    {
      name: 'RateLimitResponse',
      fields: [
        ['overall_code', 1, `enum ${rls}.RateLimitResponse.Code`],
        ['statuses', 2, `*${rls}.RateLimitResponse.DescriptorStatus`],
        ['response_headers_to_add', 3, '*envoy.config.core.v3.HeaderValue'],
        ['dynamic_metadata', 6, 'google.protobuf.Struct'],
      ],
      enums: [{ name: 'Code', values: ['UNKNOWN', 'OK', 'OVER_LIMIT'] }],
      nested: [
        {
          name: 'RateLimit',
          fields: [
            ['requests_per_unit', 1, 'uint32'],
            ['unit', 2, `enum ${rls}.RateLimitResponse.RateLimit.Unit`],
            ['name', 3, 'string'],
          ],
          enums: [{ name: 'Unit', values: units }],
        },
        {
          name: 'DescriptorStatus',
          fields: [
            ['code', 1, `enum ${rls}.RateLimitResponse.Code`],
            ['current_limit', 2, `${rls}.RateLimitResponse.RateLimit`],
            ['limit_remaining', 3, 'uint32'],
            ['duration_until_reset', 4, 'google.protobuf.Duration'],
          ],
        },
      ],
    },
  ],
  service: {
    name: 'RateLimitService',
    methods: [
      { name: 'ShouldRateLimit', input: `${rls}.RateLimitRequest`, output: `${rls}.RateLimitResponse` },
    ],
  },
};

const check = 'grpc.health.v1.HealthCheckRequest';
const checked = 'grpc.health.v1.HealthCheckResponse';
const health: ProtoFile = {
  name: 'grpc/health/v1/health.proto',
  package: 'grpc.health.v1',
  messages: [
    { name: 'HealthCheckRequest', fields: [['service', 1, 'string']] },
    {
      name: 'HealthCheckResponse',
      fields: [['status', 1, `enum ${checked}.ServingStatus`]],
      enums: [{ name: 'ServingStatus', values: ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] }],
    },
  ],
  service: {
    name: 'Health',
    methods: [
      { name: 'Check', input: check, output: checked },
      { name: 'Watch', input: check, output: checked, streams: true },
    ],
  },
};

export interface ReflectedFile {
  name: string;
  dependency: string[];
  /** Full names of what the file declares: services, methods, messages, enums. */
  symbols: string[];
  bytes: Uint8Array;
}

export const serviceNames = ['envoy.service.ratelimit.v3.RateLimitService', 'grpc.health.v1.Health'];

export function reflectedFiles(): ReflectedFile[] {
  const google = [file_google_protobuf_duration, file_google_protobuf_struct, file_google_protobuf_wrappers];
  return [
    ...[ratelimitUnit, base, descriptors, service, health].map(toDescriptor),
    ...google.map(({ proto }) => proto),
  ].map((proto) => ({
    name: proto.name,
    dependency: proto.dependency,
    symbols: symbolsOf(proto),
    bytes: toBinary(FileDescriptorProtoSchema, proto),
  }));
}

function toDescriptor(file: ProtoFile): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: file.name,
    package: file.package,
    syntax: 'proto3',
    dependency: file.dependency ?? [],
    messageType: file.messages.map(messageOf),
    enumType: (file.enums ?? []).map(enumOf),
    service: file.service === undefined ? [] : [serviceOf(file.service)],
  });
}

function messageOf({
  name,
  fields,
  nested = [],
  enums = [],
}: Message): FileDescriptorProto['messageType'][0] {
  return create(FileDescriptorProtoSchema, {
    messageType: [
      {
        name,
        field: fields.map(fieldOf),
        nestedType: nested.map(messageOf),
        enumType: enums.map(enumOf),
      },
    ],
  }).messageType[0]!;
}

function fieldOf([name, number, type]: Field) {
  const isRepeated = type.startsWith('*');
  const [kind, full] = type.replace('*', '').split(' ') as [string, string | undefined];
  const scalar = scalars[kind];
  const named = { typeName: `.${full ?? kind}`, type: full === undefined ? Type.MESSAGE : Type.ENUM };
  return {
    name,
    number,
    label: isRepeated ? Label.REPEATED : Label.OPTIONAL,
    jsonName: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    ...(scalar === undefined ? named : { type: scalar }),
  };
}

function enumOf({ name, values }: Enum) {
  return { name, value: values.map((value, number) => ({ name: value, number })) };
}

function serviceOf({ name, methods }: NonNullable<ProtoFile['service']>) {
  return {
    name,
    method: methods.map((method) => ({
      name: method.name,
      inputType: `.${method.input}`,
      outputType: `.${method.output}`,
      serverStreaming: method.streams === true,
    })),
  };
}

function symbolsOf(file: FileDescriptorProto): string[] {
  const within = (parent: string, message: FileDescriptorProto['messageType'][0]): string[] => {
    const own = `${parent}.${message.name}`;
    const enums = message.enumType.map(({ name }) => `${own}.${name}`);
    return [own, ...enums, ...message.nestedType.flatMap((nested) => within(own, nested))];
  };
  return [
    ...file.messageType.flatMap((message) => within(file.package, message)),
    ...file.enumType.map(({ name }) => `${file.package}.${name}`),
    ...file.service.flatMap(({ name, method }) => [
      `${file.package}.${name}`,
      ...method.map((one) => `${file.package}.${name}.${one.name}`),
    ]),
  ];
}
