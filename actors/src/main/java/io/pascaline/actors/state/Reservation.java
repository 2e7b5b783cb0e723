package io.pascaline.actors.state;

/**
 * Keeps the reserved numbers of one epoch ahead of those in use, block by block, so that sessions
 * seldom wait for a disk. Owned by an actor; not thread-safe.
 */
public final class Reservation {
  /** Numbers reserved at a time; as many are burnt by a crash at most. */
  public static final long BLOCK = 2048;

  private long end = BLOCK;
  private boolean underWay;

  /** An epoch that was begun with the first {@link #BLOCK} numbers reserved. */
  public Reservation() {}

  /** The first number that must not be used yet. */
  public long end() {
    return end;
  }

  /**
   * Says whether the next block should be reserved now, and takes note that it is.
   *
   * @param next the number that is used next
   * @return the end to reserve, or -1 if there is no need
   */
  public long wantedEnd(final long next) {
    if (underWay || end - next > BLOCK / 2) {
      return -1;
    }
    underWay = true;
    return end + BLOCK;
  }

  /** A reservation that {@link #wantedEnd} asked for is durable. */
  public void reserved(final long reservedEnd) {
    end = reservedEnd;
    underWay = false;
  }
}
