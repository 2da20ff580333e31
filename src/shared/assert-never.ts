/** Makes an unhandled union member a type error where it is forgotten, and an exception if one arrives anyway. */
export function assertNever(value: never): never {
  throw new TypeError(`Unhandled case: ${JSON.stringify(value)}`);
}
