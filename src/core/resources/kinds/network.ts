/** Built-in kinds that say where something can be reached: Service and EndpointSlice. */
import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { any, flag, list, mapOf, open, record, required, text, whole } from '../schema-builders.ts';
import { ageColumn } from './core.ts';

const port = { minimum: 1, maximum: 65_535, format: 'int32' };
const intOrText = { 'x-kubernetes-int-or-string': true } as const;

const servicePorts = list(
  'Ports that are offered.',
  record('A port.', {
    name: text('Its name; needed when there are several.'),
    port: required(whole('Port number.', port)),
    targetPort: any('Port of the Pods: a number or a name.', intOrText),
    nodePort: whole('Port on every node.', { format: 'int32' }),
    protocol: text('TCP, UDP or SCTP.', { default: 'TCP' }),
    appProtocol: text('What is spoken.'),
  }),
  {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'port',
  },
);

const texts = (description: string) => list(description, text('An entry.'));

export const service: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Service',
  listKind: 'ServiceList',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  origin: 'builtin',
  hasStatus: true,
  hasGeneration: false,
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    { name: 'Cluster-IP', type: 'string', jsonPath: '.spec.clusterIP' },
    { name: 'External-IP', type: 'string', jsonPath: '.status.loadBalancer.ingress[*].ip' },
    { name: 'Port(s)', type: 'string', jsonPath: '.spec.ports' },
    ageColumn,
    { name: 'Selector', type: 'string', priority: 1, jsonPath: '.spec.selector' },
  ],
  schema: objectSchema('A stable name and address for something that listens.', {
    spec: record('What is wanted.', {
      type: text('ClusterIP, NodePort, LoadBalancer or ExternalName.'),
      selector: mapOf('Labels of the Pods behind it.', text('A value.')),
      ports: servicePorts,
      clusterIP: text('Address inside the cluster.'),
      clusterIPs: texts('Addresses inside the cluster.'),
      externalIPs: texts('Further addresses.'),
      externalName: text('DNS name that this Service stands for.'),
      externalTrafficPolicy: text('Cluster or Local.'),
      internalTrafficPolicy: text('Cluster or Local.'),
      ipFamilies: texts('IPv4, IPv6.'),
      ipFamilyPolicy: text('SingleStack, PreferDualStack or RequireDualStack.'),
      loadBalancerIP: text('Address that is asked for.'),
      loadBalancerClass: text('Implementation that is asked for.'),
      loadBalancerSourceRanges: texts('Who may come in.'),
      allocateLoadBalancerNodePorts: flag('Whether nodes listen too.'),
      healthCheckNodePort: whole('Port of the health check.', { format: 'int32' }),
      publishNotReadyAddresses: flag('Whether Pods that are not ready count.'),
      sessionAffinity: text('None or ClientIP.'),
      sessionAffinityConfig: open('Details of the affinity.'),
      trafficDistribution: text('Preference among endpoints.'),
    }),
    status: record('What is.', {
      loadBalancer: record('Addresses from outside.', {
        ingress: list(
          'One address each.',
          record('An address.', {
            ip: text('IP address.'),
            hostname: text('Host name.'),
            ipMode: text('VIP or Proxy.'),
            ports: list('Ports.', open('A port.')),
          }),
        ),
      }),
      conditions: list('Details.', open('A condition.')),
    }),
  }),
};

export const endpointSlice: KindDefinition = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  listKind: 'EndpointSliceList',
  plural: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  namespaced: true,
  origin: 'builtin',
  hasStatus: false,
  hasGeneration: true,
  columns: [
    { name: 'AddressType', type: 'string', jsonPath: '.addressType' },
    { name: 'Ports', type: 'string', jsonPath: '.ports[*].port' },
    { name: 'Endpoints', type: 'string', jsonPath: '.endpoints[*].addresses[*]' },
    ageColumn,
  ],
  schema: objectSchema('Addresses behind a Service.', {
    addressType: required(text('IPv4, IPv6 or FQDN.')),
    endpoints: list(
      'One entry per endpoint.',
      record('An endpoint.', {
        addresses: required(texts('Its addresses.')),
        conditions: open('Whether it is ready.'),
        hostname: text('Its host name.'),
        nodeName: text('Its node.'),
        targetRef: open('The Pod behind it.'),
        zone: text('Its zone.'),
        hints: open('For whom it is.'),
        deprecatedTopology: open('Older topology fields.'),
      }),
    ),
    ports: list(
      'Ports that all of them have.',
      record('A port.', {
        name: text('Its name.'),
        port: whole('Port number.', port),
        protocol: text('TCP, UDP or SCTP.', { default: 'TCP' }),
        appProtocol: text('What is spoken.'),
      }),
    ),
  }),
};
