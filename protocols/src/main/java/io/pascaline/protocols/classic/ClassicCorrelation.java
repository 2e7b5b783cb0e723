// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.SessionLedger;
import java.util.concurrent.atomic.AtomicBoolean;

/** Correlation of a classic step. */
final class ClassicCorrelation<M> implements Correlation {
  private final ClassicParty<M> owner;
  private final SessionId session;
  private final AtomicBoolean used = new AtomicBoolean();
  private M material;

  ClassicCorrelation(ClassicParty<M> owner, SessionId session, M material) {
    this.owner = owner;
    this.session = session;
    this.material = material;
  }

  @Override
  public SessionId session() {
    return session;
  }

  boolean isOf(ClassicParty<M> party) {
    return owner == party;
  }

  /** Marks this correlation used and then gives out what it holds, keeping no reference. */
  M use(SessionLedger ledger) {
    if (!used.compareAndSet(false, true)) {
      throw new IllegalStateException("correlation of session " + session + " was used before");
    }
    ledger.use(session);
    M taken = material;
    material = null;
    return taken;
  }

  @Override
  public String toString() {
    return "ClassicCorrelation[session=" + session + ", used=" + used.get() + "]";
  }
}
