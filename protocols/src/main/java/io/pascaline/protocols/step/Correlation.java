// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What one party holds ready for one step of one inference. Secret, single use: {@link
 * PartyStep#open} marks it used before it uses it, and a second use throws {@link
 * IllegalStateException}. Using one twice would reveal secrets. {@link PartyStep#openInAdvance}
 * uses it up, too; the run that it begins is kept here for {@code open}. Thread-safe.
 */
public final class Correlation {
  private final PartyStep owner;
  private final SessionId session;
  private final AtomicBoolean used = new AtomicBoolean();
  private final AtomicReference<StepExecution> opened = new AtomicReference<>();
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

  /**
   * Returns this party's share of the step's output, which it knows without an input. Not to be
   * written.
   *
   * @return null if it does not know it, or the correlation was used
   */
  public Share knownOutputOrNull() {
    PartyStep.Material unused = material;
    return unused == null ? null : unused.knownOutput();
  }

  /**
   * Returns this party's new share of the step's input, which it knows without the input. Not to be
   * written.
   *
   * @return null if the step does not re-share it here, or the correlation was used
   */
  public Share knownInputOrNull() {
    PartyStep.Material unused = material;
    return unused == null ? null : unused.knownInput();
  }

  /** Returns whether it was opened in advance and nothing has come of that yet. */
  public boolean isOpenedInAdvance() {
    return opened.get() != null;
  }

  /** Begins a run of what was just used, and keeps it; returns what it sends. */
  MaskedWords begin(StepExecution execution) {
    MaskedWords masked = execution.startInAdvance();
    opened.set(execution);
    return masked;
  }

  /** Returns the run that was begun in advance, once; null if there is none. */
  StepExecution takeOpenedOrNull(PartyStep step) {
    return owner == step ? opened.getAndSet(null) : null;
  }

  @Override
  public String toString() {
    return "Correlation[session=" + session + ", used=" + used.get() + "]";
  }
}
