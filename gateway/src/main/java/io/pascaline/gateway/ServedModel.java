// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.Set;

/** One version of a model, as a gateway serves it. Thread-safe. */
final class ServedModel implements AutoCloseable {
  private final Entrances entrances;
  private final ModelDescription description;
  private final ClientLinks links;
  private final RequestSlots slots;
  private final InferenceEndpoint inference;

  ServedModel(
      Entrances entrances,
      InputDescription input,
      RecentRequests recent,
      GatewaySettings settings) {
    this.entrances = entrances;
    description = new ModelDescription(entrances.plan(), input);
    links = new ClientLinks(entrances.plan().digest());
    slots = new RequestSlots(entrances.maxRequests(), entrances::maxRequestsOfOne);
    inference = new InferenceEndpoint(entrances, description, links, slots, recent, settings);
  }

  Entrances entrances() {
    return entrances;
  }

  ModelDescription description() {
    return description;
  }

  InferenceEndpoint inference() {
    return inference;
  }

  /** Returns how many of its requests are read, or await their answers. */
  int requestCount() {
    return slots.takenCount();
  }

  /** Closes the links of all clients but these, and those to parties that are gone. */
  void retain(Set<String> clients) {
    links.retain(clients, entrances.listeners());
  }

  /** Ends what its clients still await. */
  @Override
  public void close() {
    links.close();
  }
}
