/** The string formats that structural schemas check (kube-openapi strfmt); unknown ones are not checked. */

const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const checks: Record<string, RegExp> = {
  'date-time': dateTime,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  ipv6: /^(?=.*:.*:)[0-9a-fA-F:.]{2,45}$/,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
};

export function formatFault(value: string, format: string): string | undefined {
  const check = checks[format];
  return check === undefined || check.test(value) ? undefined : format;
}
