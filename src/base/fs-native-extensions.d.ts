/** The part of fs-native-extensions that is used; its package has no declarations. */
declare module "fs-native-extensions" {
  /** Locks bytes of an open file for this opening of it alone. False when another has them; never waits. */
  export function tryLock(fd: number, offset: number, length: number): boolean;
}
