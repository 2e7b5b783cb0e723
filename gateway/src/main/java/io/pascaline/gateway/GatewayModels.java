// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.gateway.http.Problem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The models that a gateway serves now, and which version of each name is asked where a request
 * names none. Thread-safe: readers see one state or the next.
 */
final class GatewayModels {
  /** All versions in the order in which they came, and the default's plan digest by name. */
  private record State(List<ServedModel> models, Map<String, String> defaults) {
    State {
      models = List.copyOf(models);
      defaults = Map.copyOf(defaults);
    }
  }

  private volatile State state = new State(List.of(), Map.of());

  /**
   * Serves one more version; the first one of a name is its default.
   *
   * @throws IllegalArgumentException if a model of the same plan is served
   */
  synchronized void add(ServedModel model) {
    String digest = model.description().planDigest();
    List<ServedModel> models = new ArrayList<>(state.models());
    if (models.stream().anyMatch(other -> other.description().planDigest().equals(digest))) {
      throw new IllegalArgumentException("a model of the plan " + digest + " is served already");
    }
    models.add(model);
    Map<String, String> defaults = new HashMap<>(state.defaults());
    defaults.putIfAbsent(model.description().name(), digest);
    state = new State(models, defaults);
  }

  /** Serves a version no longer; returns it, or null if it is not served. */
  synchronized ServedModel remove(String digest) {
    List<ServedModel> models = new ArrayList<>(state.models());
    Map<String, String> defaults = new HashMap<>(state.defaults());
    ServedModel removed =
        models.stream()
            .filter(model -> model.description().planDigest().equals(digest))
            .findFirst()
            .orElse(null);
    models.remove(removed);
    defaults.values().remove(digest);
    state = new State(models, defaults);
    return removed;
  }

  /**
   * Makes a version that is served the default of its name.
   *
   * @throws IllegalArgumentException if it is not served
   */
  synchronized void makeDefault(String digest) {
    Map<String, String> defaults = new HashMap<>(state.defaults());
    String name =
        state.models().stream()
            .map(ServedModel::description)
            .filter(model -> model.planDigest().equals(digest))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("no model of the plan " + digest + " is served"))
            .name();
    defaults.put(name, digest);
    state = new State(state.models(), defaults);
  }

  /** Returns all versions, in the order in which they came. */
  List<ServedModel> all() {
    return state.models();
  }

  /** Returns whether a version is asked where a request names none. */
  boolean isDefault(ServedModel model) {
    ModelDescription description = model.description();
    return description.planDigest().equals(state.defaults().get(description.name()));
  }

  /**
   * Returns the model that a path names.
   *
   * @param variable {@code NAME} or {@code NAME:VERSION}, percent-encoded
   * @throws Refusal if it is not served, or has no default and the path no version
   */
  ServedModel find(String variable) {
    return find(variable, "");
  }

  /**
   * Returns the model that a request for an inference is for. One that names no version is for the
   * version that its input was encoded for, as long as that is served: so nobody who asks while the
   * default moves is refused.
   *
   * @param variable {@code NAME} or {@code NAME:VERSION}, percent-encoded
   * @param planDigest that the input was encoded for, as far as it is known
   * @throws Refusal if it is not served, or has no default and the path no version
   */
  ServedModel find(String variable, String planDigest) {
    State now = state;
    int colon = variable.indexOf(':');
    String name = decoded(colon < 0 ? variable : variable.substring(0, colon));
    String wanted = now.defaults().getOrDefault(name, "");
    ServedModel found = null;
    for (ServedModel model : now.models()) {
      ModelDescription description = model.description();
      if (description.name().equals(name)) {
        boolean isNamed =
            colon < 0
                ? description.planDigest().equals(planDigest)
                : description.version().equals(variable.substring(colon + 1));
        if (isNamed) {
          return model;
        }
        if (colon < 0 && description.planDigest().equals(wanted)) {
          found = model;
        }
      }
    }
    if (found == null) {
      throw new Refusal(
          Problem.of(404, "unknown-model", "no such model or version: see /v1/models"));
    }
    return found;
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
