package io.pascaline.actors.party;

import io.pascaline.actors.compute.Compute;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.protocols.random.CorrelationKey;
import java.util.function.Consumer;

/**
 * What a party works with.
 *
 * @param model its half of the model
 * @param dealerKey the key it shares with the dealer
 * @param nonce the 16 random bytes of its Hello, fresh at each start
 * @param pool where arithmetic runs
 * @param correlationsAhead sessions whose correlations are made ahead, at least 1
 * @param maxSessions sessions admitted at a time, at least 1
 * @param fatal told once, in one line, when the party cannot ever serve; any thread
 * @param counters what it counts
 */
public record PartySettings(
    ModelShare model,
    CorrelationKey dealerKey,
    byte[] nonce,
    Compute pool,
    int correlationsAhead,
    int maxSessions,
    Consumer<String> fatal,
    PartyCounters counters) {
  /** Checks the ranges. */
  public PartySettings {
    if (correlationsAhead < 1) {
      throw new IllegalArgumentException(
          "correlationsAhead must be at least 1: " + correlationsAhead);
    }
    if (maxSessions < 1) {
      throw new IllegalArgumentException("maxSessions must be at least 1: " + maxSessions);
    }
  }

  int partyId() {
    return model.partyId();
  }

  @Override
  public String toString() {
    return "PartySettings[partyId=" + partyId() + "]";
  }
}
