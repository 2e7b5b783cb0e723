// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How long it took until there was service again, from the start of a killed role's process. */
final class Recoveries {
  private record Recovery(
      List<Member> victims, boolean inRecovery, int kill, long upMs, long backMs) {}

  private final List<Recovery> all = new ArrayList<>();

  /**
   * Notes one.
   *
   * @param victims who was killed last
   * @param inRecovery whether others had been killed before and were not back
   * @param kill the number of the last kill
   * @param upMs until the last process said that it is up: the start of a JVM, most of it
   * @param backMs until there was service
   */
  void add(List<Member> victims, boolean inRecovery, int kill, long upMs, long backMs) {
    all.add(new Recovery(victims, inRecovery, kill, upMs, backMs));
  }

  /** Those that took longer, one line each. */
  List<String> slowerThan(long limitMs) {
    return all.stream()
        .filter(recovery -> recovery.backMs() > limitMs)
        .map(Recovery::toString)
        .toList();
  }

  /**
   * One line for each role that was killed alone, one for those that were killed together, one for
   * kills while others recovered.
   */
  List<String> lines() {
    Map<Member, List<Recovery>> alone = new EnumMap<>(Member.class);
    List<Recovery> together = new ArrayList<>();
    List<Recovery> inRecovery = new ArrayList<>();
    for (Recovery recovery : all) {
      if (recovery.inRecovery()) {
        inRecovery.add(recovery);
      } else if (recovery.victims().size() == 1) {
        alone.computeIfAbsent(recovery.victims().get(0), member -> new ArrayList<>()).add(recovery);
      } else {
        together.add(recovery);
      }
    }
    List<String> lines = new ArrayList<>();
    alone.forEach((member, list) -> lines.add(line(member.toString(), list)));
    if (!together.isEmpty()) {
      lines.add(line("two together", together));
    }
    if (!inRecovery.isEmpty()) {
      lines.add(line("after kills in recovery, from the last start", inRecovery));
    }
    return lines;
  }

  private static String line(String who, List<Recovery> list) {
    long[] up = list.stream().mapToLong(Recovery::upMs).sorted().toArray();
    long[] back = list.stream().mapToLong(Recovery::backMs).sorted().toArray();
    return String.format(
        "%s, %d times: up in %d ms (median), %d ms (most); back in %d ms (median), %d ms (most)",
        who, list.size(), median(up), up[up.length - 1], median(back), back[back.length - 1]);
  }

  private static long median(long[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
