// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.metrics.ClientTraffic;
import io.pascaline.actors.metrics.PartyTraffic;
import java.util.List;

/**
 * Counts taken at the links since the start.
 *
 * @param parties one entry per party whose links this process can see; empty for a client of remote
 *     parties
 * @param client what the client itself sent and received, canaries included
 * @param canaries what the parties made of the client's canaries
 */
public record ServiceStatistics(
    List<PartyTraffic> parties, ClientTraffic client, CanaryCounts canaries) {
  /** Makes the counts of a client without canaries. */
  public ServiceStatistics(List<PartyTraffic> parties, ClientTraffic client) {
    this(parties, client, CanaryCounts.NONE);
  }
}
