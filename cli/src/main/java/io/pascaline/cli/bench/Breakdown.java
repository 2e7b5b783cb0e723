// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The time of one inference, or the mean of several, divided among the categories.
 *
 * @param wholeNs from the request to the answer
 * @param byCategoryNs nanoseconds of every category; they add up to the whole
 */
record Breakdown(double wholeNs, Map<TimeCategory, Double> byCategoryNs) {
  Breakdown {
    byCategoryNs = Map.copyOf(byCategoryNs);
  }

  private record Edge(long atNs, TimeCategory category, int change) {}

  /**
   * Divides a stretch of time: each moment belongs to the first category that claims it, or to
   * {@link TimeCategory#OTHER}.
   *
   * @param fromNs when it begins
   * @param untilNs when it ends
   * @param claims in any order; what lies outside is cut off
   */
  static Breakdown of(long fromNs, long untilNs, List<Interval> claims) {
    List<Edge> edges = new ArrayList<>();
    for (Interval claim : claims) {
      long beginNs = Math.max(fromNs, claim.fromNs());
      long endNs = Math.min(untilNs, claim.untilNs());
      if (beginNs < endNs) {
        edges.add(new Edge(beginNs, claim.category(), 1));
        edges.add(new Edge(endNs, claim.category(), -1));
      }
    }
    edges.sort(Comparator.comparingLong(Edge::atNs));
    int[] open = new int[TimeCategory.values().length];
    Map<TimeCategory, Double> byCategoryNs = zeros();
    long atNs = fromNs;
    for (Edge edge : edges) {
      byCategoryNs.merge(first(open), (double) (edge.atNs() - atNs), Double::sum);
      open[edge.category().ordinal()] += edge.change();
      atNs = edge.atNs();
    }
    byCategoryNs.merge(TimeCategory.OTHER, (double) (untilNs - atNs), Double::sum);
    return new Breakdown(untilNs - fromNs, byCategoryNs);
  }

  private static TimeCategory first(int[] open) {
    for (TimeCategory category : TimeCategory.values()) {
      if (open[category.ordinal()] > 0) {
        return category;
      }
    }
    return TimeCategory.OTHER;
  }

  private static Map<TimeCategory, Double> zeros() {
    Map<TimeCategory, Double> zeros = new EnumMap<>(TimeCategory.class);
    for (TimeCategory category : TimeCategory.values()) {
      zeros.put(category, 0.0);
    }
    return zeros;
  }

  /** Returns the mean over the middle half of the inferences. */
  static Breakdown middleHalf(List<Breakdown> inferences) {
    List<Breakdown> sorted = byWhole(inferences);
    int quarter = sorted.size() / 4;
    return mean(sorted.subList(quarter, sorted.size() - quarter));
  }

  /** Returns the mean over the slowest 5 % of the inferences, at least one. */
  static Breakdown slowest(List<Breakdown> inferences) {
    List<Breakdown> sorted = byWhole(inferences);
    return mean(sorted.subList(sorted.size() - Math.max(1, sorted.size() / 20), sorted.size()));
  }

  private static List<Breakdown> byWhole(List<Breakdown> inferences) {
    return inferences.stream().sorted(Comparator.comparingDouble(Breakdown::wholeNs)).toList();
  }

  private static Breakdown mean(List<Breakdown> inferences) {
    Map<TimeCategory, Double> byCategoryNs = zeros();
    double wholeNs = 0;
    for (Breakdown inference : inferences) {
      wholeNs += inference.wholeNs / inferences.size();
      inference.byCategoryNs.forEach(
          (category, ns) -> byCategoryNs.merge(category, ns / inferences.size(), Double::sum));
    }
    return new Breakdown(wholeNs, byCategoryNs);
  }
}
