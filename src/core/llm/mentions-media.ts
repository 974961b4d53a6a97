/**
 * Whether a body has, or asks for, sound or pictures, or leads to a conversation kept elsewhere that may have some: by the names of its
 * members. A name inside of a text has escaped quotes around it, so that it is none.
 */
const names =
  /"(input_audio|audio|image|image_url|input_image|video|file|document|inline_?data|file_?data|(response_?)?modalities|previous_response_id|conversation|cached_?content)"/i;

export function mentionsMedia(body: string): boolean {
  return names.test(body);
}
