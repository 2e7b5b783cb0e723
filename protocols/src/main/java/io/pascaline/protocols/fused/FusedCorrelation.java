// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.SessionLedger;
import java.util.concurrent.atomic.AtomicBoolean;

/** Correlation of a step with one opening: an input mask and what the step needs after opening. */
final class FusedCorrelation implements Correlation {
  private final Object owner;
  private final SessionId session;
  private final AtomicBoolean used = new AtomicBoolean();
  private int[] mask;
  private int[] material;

  FusedCorrelation(Object owner, SessionId session, int[] mask, int[] material) {
    this.owner = owner;
    this.session = session;
    this.mask = mask;
    this.material = material;
  }

  @Override
  public SessionId session() {
    return session;
  }

  /** Marks this correlation used and then gives out what it holds, keeping no reference. */
  static Opened use(Correlation correlation, Object owner, SessionLedger ledger) {
    if (!(correlation instanceof FusedCorrelation fused) || fused.owner != owner) {
      throw new IllegalArgumentException("not a correlation of this step: " + correlation);
    }
    if (!fused.used.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "correlation of session " + fused.session + " was used before");
    }
    ledger.use(fused.session);
    Opened opened = new Opened(fused.mask, fused.material);
    fused.mask = null;
    fused.material = null;
    return opened;
  }

  @Override
  public String toString() {
    return "FusedCorrelation[session=" + session + ", used=" + used.get() + "]";
  }

  /** The words of a used correlation. */
  static final class Opened {
    final int[] mask;
    final int[] material;

    Opened(int[] mask, int[] material) {
      this.mask = mask;
      this.material = material;
    }
  }
}
