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
 * @param client what the client itself sent and received
 */
public record ServiceStatistics(List<PartyTraffic> parties, ClientTraffic client) {}
