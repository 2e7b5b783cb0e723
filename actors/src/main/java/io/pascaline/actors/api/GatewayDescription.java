// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.pascaline.actors.client.GatewayException;
import io.pascaline.actors.client.HttpGateway;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What both parties say of one version of a model. Immutable.
 *
 * @param name of the model
 * @param plan the public plan
 * @param path of that version, below a gateway's address
 * @param hasCells whether requests name a cell, which party 0 assigns
 * @param mean what is subtracted from samples in [0, 1]
 * @param std the divisor of the samples after that
 * @param labels the classes in order
 */
record GatewayDescription(
    String name,
    NetworkPlan plan,
    String path,
    boolean hasCells,
    List<String> mean,
    List<String> std,
    List<String> labels) {
  private static final Pattern WITH_VERSION = Pattern.compile("(.+):([0-9a-f]{16})");

  /** Returns whether a text names a version, and not a model whose version may change. */
  static boolean namesVersion(String modelOrNull) {
    return modelOrNull != null && WITH_VERSION.matcher(modelOrNull).matches();
  }

  /**
   * Asks both parties. The version is that which party 0 names; party 1 is asked for the same, so
   * that they need not change their defaults at the same moment.
   *
   * @param parties the gateways of party 0 and party 1
   * @param modelOrNull {@code NAME} or {@code NAME:VERSION}; null for the first default
   * @param timeout of each answer
   * @throws InferenceException if a gateway cannot be reached or refuses, or they differ
   */
  static GatewayDescription read(List<HttpGateway> parties, String modelOrNull, Duration timeout) {
    try {
      boolean hasCells = false;
      for (int party = 0; party < parties.size(); party++) {
        HttpGateway gateway = parties.get(party);
        Config about = gateway.document("/v1/gateway", timeout);
        int actual = about.getInt("party");
        hasCells |= about.hasPath("cells") && about.getBoolean("cells");
        if (actual != party) {
          throw differ("the gateway at " + gateway.address() + " is that of party " + actual);
        }
      }
      String path = path(modelOrNull == null ? first(parties.get(0), timeout) : modelOrNull);
      Config form = parties.get(0).document(path, timeout);
      String version = path(form.getString("name")) + ":" + form.getString("version");
      if (!form.equals(parties.get(1).document(version, timeout))) {
        throw differ("the parties describe the model differently");
      }
      NetworkPlan plan = NetworkPlan.decode(parties.get(0).plan(version, timeout));
      if (!HexFormat.of().formatHex(plan.digest()).equals(form.getString("planDigest"))) {
        throw differ("party 0 serves another plan than it describes");
      }
      return new GatewayDescription(
          form.getString("name"),
          plan,
          version,
          hasCells,
          form.getStringList("input.mean"),
          form.getStringList("input.std"),
          form.getStringList("labels"));
    } catch (GatewayException e) {
      throw new InferenceException(e.reason(), e.getMessage());
    } catch (ConfigException | IllegalArgumentException e) {
      throw differ("a gateway describes its model in a way that this version does not know");
    }
  }

  /** Returns whether inputs and answers of the other mean the same as those of this one. */
  boolean isAskedLike(GatewayDescription other) {
    return plan.inputShape().equals(other.plan.inputShape())
        && plan.outputElementCount() == other.plan.outputElementCount()
        && mean.equals(other.mean)
        && std.equals(other.std)
        && labels.equals(other.labels);
  }

  private static String path(String model) {
    Matcher versioned = WITH_VERSION.matcher(model);
    return versioned.matches()
        ? HttpGateway.modelPath(versioned.group(1)) + ":" + versioned.group(2)
        : HttpGateway.modelPath(model);
  }

  private static String first(HttpGateway gateway, Duration timeout) {
    List<Config> models =
        new ArrayList<>(gateway.document("/v1/models", timeout).getConfigList("models"));
    models.removeIf(model -> !model.getBoolean("default"));
    if (models.isEmpty()) {
      throw differ("the gateway at " + gateway.address() + " serves no model");
    }
    return models.get(0).getString("name");
  }

  private static InferenceException differ(String what) {
    return new InferenceException(AbortReason.PROTOCOL_VIOLATION, what + ": tell the operators");
  }
}
