// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one party holds ready for one step of one inference. Secret, single use: {@link
 * PartyStep#open} marks it used before it uses it, and a second use throws {@link
 * IllegalStateException}. Using one twice would reveal secrets. Thread-safe.
 */
public final class Correlation {
  private final PartyStep owner;
  private final SessionId session;
  private final AtomicBoolean used = new AtomicBoolean();
  private PartyStep.Material material;

  Correlation(PartyStep owner, SessionId session, PartyStep.Material material) {
    this.owner = owner;
    this.session = session;
    this.material = material;
  }

  /** Returns the inference that it was dealt for. */
  public SessionId session() {
    return session;
  }

  /** Marks this correlation used and then gives out what it holds, keeping no reference. */
  PartyStep.Material use(PartyStep step, SessionLedger ledger) {
    if (owner != step) {
      throw new IllegalArgumentException("not a correlation of this step: " + this);
    }
    if (!used.compareAndSet(false, true)) {
      throw new IllegalStateException("correlation of session " + session + " was used before");
    }
    ledger.use(session);
    PartyStep.Material taken = material;
    material = null;
    return taken;
  }

  @Override
  public String toString() {
    return "Correlation[session=" + session + ", used=" + used.get() + "]";
  }
}
