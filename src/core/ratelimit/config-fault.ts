/** A configuration that is refused; the message is the original's, without the file's name. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}
