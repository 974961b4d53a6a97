/** A store on another machine is out of reach, or takes nothing now: the same may well work later. Its message is for anybody. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}
