/** A model's name as it stands in a path. Throws `FieldFault`. */
import { FieldFault } from './fields.ts';

export function decodePathModel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FieldFault('', 'the model in the path is not well encoded');
  }
}
