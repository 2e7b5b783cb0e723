// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.micrometer.PascalineMeters;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MetricsTest {
  private static final int COUNT = 5;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void shouldCountWhatTheLinksAndSessionsCount() throws Exception {
    long seed = 41;
    FusedNetwork network = Fixtures.residual(seed);

    try (EmbeddedInference service =
        EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      bind(network, service);
      Fixtures.assertPipelined(network, service, COUNT, seed);
      Fixtures.await(
          service.ready(
              EmbeddedSettings.defaults().runtime().precomputedCorrelations(),
              Duration.ofSeconds(60)));

      for (int party = 0; party < 2; party++) {
        String role = "party" + party;
        PartyTraffic traffic = service.statistics().parties().get(party);
        assertEquals(COUNT, count("pascaline.sessions", "role", role, "outcome", "answered"));
        assertEquals(0, count("pascaline.sessions", "role", role, "outcome", "deadline"));
        assertEquals(traffic.openedBytesSent(), bytes(role, "party", "sent", "masked_tensor"));
        assertEquals(
            traffic.openedBytesReceived(), bytes(role, "party", "received", "masked_tensor"));
        assertEquals(
            traffic.correctionBytesReceived(), bytes(role, "dealer", "received", "correction"));
        assertEquals(
            traffic.inputShareBytesReceived(), bytes(role, "client", "received", "input_share"));
        assertEquals(traffic.outputShareBytesSent(), bytes(role, "client", "sent", "output_share"));
        assertEquals(
            service.counters(party).links().sentPayloadBytes(Role.PARTY, PayloadKind.SETUP),
            bytes(role, "party", "sent", "setup"));
        assertEquals(COUNT, timed("pascaline.phase", "role", role, "phase", "queueing"));
        assertEquals(COUNT, timed("pascaline.phase", "role", role, "phase", "online"));
        assertLayers(network, role);
        assertEquals(
            EmbeddedSettings.defaults().runtime().precomputedCorrelations(),
            gauge("pascaline.correlations.ready", role));
        assertEquals(0, gauge("pascaline.credit", role), "all that was granted has been dealt");
        assertEquals(0, gauge("pascaline.sessions.queued", role));
        assertEquals(
            1,
            registry
                .get("pascaline.epoch.state")
                .tags("role", role, "state", "running")
                .gauge()
                .value());
      }
      assertDealt(service);
      assertEquals(COUNT, count("pascaline.sessions", "role", "client", "outcome", "answered"));
      for (String phase : new String[] {"input", "output", "whole"}) {
        assertEquals(COUNT, timed("pascaline.phase", "role", "client", "phase", phase));
      }
    }
  }

  /** What the dealer has sent each party is what that party has received. */
  private void assertDealt(EmbeddedInference service) {
    assertEquals(1, count("pascaline.epochs", "role", "dealer"));
    for (int party = 0; party < 2; party++) {
      String peer = "party" + party;
      assertEquals(
          service.statistics().parties().get(party).correctionBytesReceived(),
          bytes("dealer", peer, "sent", "correction"));
      assertTrue(bytes("dealer", peer, "sent", "framing") > 0);
      assertTrue(bytes("dealer", peer, "received", "framing") > 0, "credit came");
      assertEquals(0, bytes("dealer", peer, "received", "correction"));
    }
    // Each layer with corrections gets one for each inference, at one party or the other.
    int inferences = COUNT + EmbeddedSettings.defaults().runtime().precomputedCorrelations();
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    long dealt = 0;
    while (dealt == 0 || dealt % inferences != 0) { // It counts when it has sent.
      assertTrue(System.nanoTime() < deadlineNs, dealt + " for " + inferences + " inferences");
      dealt = corrections("party0") + corrections("party1");
    }
  }

  private long corrections(String peer) {
    return count("pascaline.corrections", "role", "dealer", "remote", peer);
  }

  private void assertLayers(FusedNetwork network, String role) {
    network
        .plan()
        .layers()
        .forEach(
            layer ->
                assertEquals(
                    layer instanceof LocalLayer ? 0 : COUNT,
                    timed("pascaline.layer", "role", role, "layer", String.valueOf(layer.id()))));
  }

  @Test
  void shouldCountRequestsThatEndWithoutAnAnswer() throws Exception {
    // One inference takes 85 million multiply-adds, and so more than a millisecond.
    FusedNetwork network = Fixtures.residual(42, 512);

    try (EmbeddedInference service =
        EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      bind(network, service);
      SplittableRandom random = new SplittableRandom(42);
      long ended = 0;
      for (int i = 0; i < 20; i++) {
        float[] image = Fixtures.image(random);
        try {
          Fixtures.await(
              service.infer(image, i % 2 == 0 ? Duration.ofMillis(1) : Duration.ofSeconds(60)));
        } catch (ExecutionException tooLate) {
          ended++;
        }
      }
      assertTrue(ended > 0, "none took more than a millisecond");
      assertEquals(ended, count("pascaline.sessions", "role", "client", "outcome", "deadline"));
      assertEquals(
          20 - ended, count("pascaline.sessions", "role", "client", "outcome", "answered"));
      assertThrows(IllegalArgumentException.class, () -> service.infer(new float[1]));
    }
  }

  /** A tag that named sessions or peers would make a registry grow with the traffic. */
  @Test
  void shouldRegisterNoMoreWithMoreTraffic() throws Exception {
    FusedNetwork network = Fixtures.residual(43);

    try (EmbeddedInference service =
        EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      bind(network, service);
      int before = registry.getMeters().size();
      Fixtures.assertPipelined(network, service, COUNT, 43);

      assertEquals(before, registry.getMeters().size());
      Set<String> keys = new TreeSet<>();
      for (Meter meter : registry.getMeters()) {
        meter.getId().getTags().stream().map(Tag::getKey).forEach(keys::add);
      }
      assertEquals(
          Set.of(
              "direction",
              "kind",
              "layer",
              "le",
              "outcome",
              "remote",
              "phase",
              "reason",
              "role",
              "state"),
          keys);
    }
  }

  private void bind(FusedNetwork network, EmbeddedInference service) {
    for (int party = 0; party < 2; party++) {
      PascalineMeters.bindParty(registry, party, network.plan(), service.counters(party));
    }
    PascalineMeters.bindDealer(registry, service.dealerCounters());
    PascalineMeters.bindClient(registry, service.clientCounters());
  }

  private long bytes(String role, String peer, String direction, String kind) {
    return count(
        "pascaline.link.bytes", "role", role, "remote", peer, "direction", direction, "kind", kind);
  }

  private long count(String name, String... tags) {
    FunctionCounter counter = registry.get(name).tags(tags).functionCounter();
    return (long) counter.count();
  }

  private long timed(String name, String... tags) {
    return registry.get(name).tags(tags).timer().count();
  }

  private double gauge(String name, String role) {
    return registry.get(name).tags("role", role).gauge().value();
  }
}
