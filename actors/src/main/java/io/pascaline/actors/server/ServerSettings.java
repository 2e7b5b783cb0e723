// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.party.InputGate;
import io.pascaline.actors.party.LayerRoutes;
import io.pascaline.actors.party.PackedOnce;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyInbound;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import java.security.SecureRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;

/**
 * What a server works with.
 *
 * @param model the owner's half, made for clients that are party 1
 * @param dealerKey the key that it shares with the dealer, for all clients
 * @param nonce the random bytes of its Hello, fresh at each start
 * @param pool where arithmetic runs
 * @param capacity how much it takes of one client at a time; what it precomputes are the most
 *     correlations of the client that a layer ever holds
 * @param budget how many inferences have correlations at a time
 * @param states returns the stored state of a client by its identity; the same object each time
 * @param fatal told once, in one line, when the server cannot ever serve; any thread
 * @param counters what it counts
 */
public record ServerSettings(
    ModelShare model,
    CorrelationKey dealerKey,
    byte[] nonce,
    Compute pool,
    PartyCapacity capacity,
    ClientCorrelationBudget budget,
    Function<String, RoleState> states,
    Consumer<String> fatal,
    ServerCounters counters) {
  /** Refuses settings that the party of each client would refuse later. */
  public ServerSettings {
    PartySettings.requireCheckable(model, capacity.limits());
  }

  /** Returns what makes the party of each client; all share one copy of the weights. */
  PartyFactory factory() {
    Arithmetic arithmetic = new Arithmetic(pool, new PackedOnce(LinearKernels.best()));
    return (routes, state, partyCounters) ->
        Party.create(
            new PartySettings(
                new PartySettings.Identity(model, DealingKey.of(dealerKey), nonce),
                capacity,
                arithmetic,
                state,
                new PartyInbound(
                    routes,
                    new InputGate(
                        model.plan().inputWordCount(),
                        1,
                        1,
                        () -> 1,
                        capacity.limits().retryAfterMs(),
                        partyCounters)),
                System::nanoTime,
                fatal,
                partyCounters,
                budget::newEpoch,
                new SecureRandom()));
  }

  /** Makes the parties of clients. */
  @FunctionalInterface
  interface PartyFactory {
    /** Returns a party with these routes, state and counters. */
    Behavior<Party.Command> party(LayerRoutes routes, RoleState state, PartyCounters counters);
  }

  @Override
  public String toString() {
    return "ServerSettings[maxSessions=" + capacity.maxSessions() + "]";
  }
}
