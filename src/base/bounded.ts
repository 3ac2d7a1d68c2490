/**
 * A map that forgets: it keeps the entries that were set last, at most so many.
 *
 * @module
 */
export class BoundedMap<K, V> extends Map<K, V> {
  /** @param most entries that are kept, at least 1 */
  constructor(private readonly most: number) {
    super();
  }

  /** Sets an entry anew, as the youngest, and forgets the oldest where there are too many. */
  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.most) this.delete(this.keys().next().value!);
    return this;
  }

  /**
   * The entry, or what `load` gives, which is kept while it loads, so that it is asked for once, and forgotten if it fails.
   */
  static async remembered<K, V>(map: BoundedMap<K, Promise<V>>, key: K, load: () => Promise<V>): Promise<V> {
    const known = map.get(key);
    if (known !== undefined) return known;
    const loading = load();
    map.set(key, loading);
    loading.catch(() => {
      if (map.get(key) === loading) map.delete(key);
    });
    return loading;
  }
}
