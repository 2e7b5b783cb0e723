// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.OfflinePolicy;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.actors.compute.Work;
import io.pascaline.sim.time.Attendant;
import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.Trace;
import io.pascaline.sim.trace.WorkEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelledNodeTest {
  private static final Work DIVISIBLE = Work.of(Work.Kind.DEAL, 0, 0);
  private static final Work WHOLE = Work.of(Work.Kind.LOCAL, 0, 0);

  private final VirtualTime time = new VirtualTime();
  private final Trace trace = new Trace();
  private final Attendant attendant = new Attendant(time, ns -> {});
  private final List<String> ended = new ArrayList<>();

  /** Every task takes 1000 ns on one core; a second core is worth a half. */
  private record Fixed(long helpDelayNs) implements CostModel {
    @Override
    public long serialNs(Work work, long measuredNs) {
      return 1_000;
    }

    @Override
    public long taskNs() {
      return 0;
    }

    @Override
    public long messageNs(long frameBytes) {
      return 0;
    }

    @Override
    public double parallelEfficiency() {
      return 0.5;
    }

    @Override
    public boolean reproducible() {
      return true;
    }

    @Override
    public String describe() {
      return "1000 ns a task";
    }
  }

  private Compute node(int cores, double speed) {
    return new ModelledNode(time, new Fixed(0), trace, cores).computeOf("node", speed, attendant);
  }

  private void submit(Compute compute, Urgency urgency, Work work, String name) {
    compute
        .submit(urgency, work, splitter -> name)
        .thenAccept(value -> ended.add(value + "@" + time.nowNs()));
  }

  private void runAll() {
    time.runUntil(() -> false);
  }

  @Test
  void shouldDoOnlineWorkFirst() {
    Compute compute = node(1, 1);
    submit(compute, Urgency.OFFLINE, WHOLE, "offline");
    submit(compute, Urgency.ONLINE, WHOLE, "online");
    runAll();
    assertEquals(List.of("online@1000", "offline@" + (2_000 + OfflinePolicy.REST_NS)), ended);
  }

  @Test
  void shouldNotLetOfflineWorkRestForEver() {
    Compute compute = node(2, 1);
    long stepNs = OfflinePolicy.REST_NS / 2;
    for (long atNs = 0; atNs < 2 * OfflinePolicy.PATIENCE_NS; atNs += stepNs) {
      time.at(atNs, () -> submit(compute, Urgency.ONLINE, WHOLE, "online"));
    }
    submit(compute, Urgency.OFFLINE, WHOLE, "offline");
    runAll();
    String expected = "offline@" + (OfflinePolicy.PATIENCE_NS + 1_000);
    assertEquals(List.of(expected), ended.stream().filter(e -> e.startsWith("off")).toList());
  }

  @Test
  void shouldInterruptOfflineWorkThatCanBeDivided() {
    Compute compute = node(1, 1);
    submit(compute, Urgency.OFFLINE, DIVISIBLE, "offline");
    time.at(10, () -> submit(compute, Urgency.ONLINE, WHOLE, "online"));
    runAll();
    assertEquals(List.of("online@1010", "offline@2000"), ended);
  }

  @Test
  void shouldHelpAsSoonAsACoreIsIdle() {
    Compute compute = node(2, 1);
    submit(compute, Urgency.ONLINE, DIVISIBLE, "first");
    submit(compute, Urgency.ONLINE, WHOLE, "whole");
    time.at(500, () -> submit(compute, Urgency.ONLINE, DIVISIBLE, "second"));
    runAll();
    // The second has its core from 1000 on, and both from 1000 as well: the first is done.
    assertEquals(List.of("first@1000", "whole@1000", "second@1667"), ended);
  }

  /** Alone until the other core's thread has woken, and at one and a half times the speed then. */
  @ParameterizedTest(name = "help after {0} ns: done after {1} ns")
  @CsvSource({"0, 667", "100, 700", "400, 800", "1000, 1000", "5000, 1000"})
  void shouldHelpNoSoonerThanAThreadWakes(long delayNs, long doneNs) {
    ModelledNode node = new ModelledNode(time, new Fixed(delayNs), trace, 2);
    submit(node.computeOf("node", 1, attendant), Urgency.ONLINE, DIVISIBLE, "divided");
    runAll();
    assertEquals(List.of("divided@" + doneNs), ended);
  }

  /** Neither does the other core's thread fall asleep again. */
  @ParameterizedTest(name = "disturbed after {0} ns")
  @ValueSource(longs = {0, 200, 399, 400, 600})
  void shouldStandStillNoLongerThanItIsDisturbed(long atNs) {
    ModelledNode node = new ModelledNode(time, new Fixed(400), trace, 2);
    submit(node.computeOf("node", 1, attendant), Urgency.ONLINE, DIVISIBLE, "divided");
    time.at(atNs, () -> time.after(1, () -> node.disturb(100)));
    runAll();
    assertEquals(List.of("divided@900"), ended);
  }

  /** What ran before the interruption is not lost, with help or before it began. */
  @ParameterizedTest(name = "interrupted after {0} ns: done after {1} ns")
  @CsvSource({"200, 1867", "700, 1850"})
  void shouldCountWhatRanBeforeItWasInterrupted(long atNs, long doneNs) {
    ModelledNode node = new ModelledNode(time, new Fixed(400), trace, 2);
    Compute compute = node.computeOf("node", 1, attendant);
    submit(compute, Urgency.OFFLINE, DIVISIBLE, "divided");
    time.at(
        atNs,
        () -> {
          submit(compute, Urgency.ONLINE, WHOLE, "one");
          submit(compute, Urgency.ONLINE, WHOLE, "two");
        });
    runAll();
    assertEquals(List.of("one@" + (atNs + 1_000), "two@" + (atNs + 1_000)), ended.subList(0, 2));
    assertEquals("divided@" + doneNs, ended.get(2));
  }

  @Test
  void shouldTakeTheTimeOfOtherThreadsFromTasksUnlessACoreIsIdle() {
    ModelledNode node = new ModelledNode(time, new Fixed(0), trace, 2);
    Compute compute = node.computeOf("node", 1, attendant);
    submit(compute, Urgency.ONLINE, WHOLE, "one");
    time.at(1, () -> node.disturb(400));
    time.at(2, () -> submit(compute, Urgency.ONLINE, WHOLE, "two"));
    time.at(3, () -> node.disturb(100));
    runAll();
    assertEquals(List.of("two@1002", "one@1100"), ended);
  }

  @Test
  void shouldOccupyTheAttendantWithWorkThatIsNotHandedOn() {
    Compute compute = node(1, 4);
    assertEquals("masked", compute.inline(WHOLE, () -> "masked"));
    attendant.afterwards(() -> ended.add("then@" + time.nowNs()));
    runAll();
    assertEquals(List.of("then@250"), ended);
  }

  @Test
  void shouldFinishWhatHasBegun() {
    Compute compute = node(1, 1);
    submit(compute, Urgency.OFFLINE, WHOLE, "offline");
    time.at(10, () -> submit(compute, Urgency.ONLINE, WHOLE, "online"));
    runAll();
    assertEquals(List.of("offline@1000", "online@2000"), ended);
  }

  @Test
  void shouldUseIdleCoresForWorkThatCanBeDivided() {
    Compute compute = node(2, 1);
    submit(compute, Urgency.ONLINE, DIVISIBLE, "alone");
    runAll();
    // Two cores, the second worth a half: two thirds of the time.
    assertEquals(List.of("alone@667"), ended);
    assertEquals(2, trace.works().get(0).cores());
  }

  @Test
  void shouldGiveEachOfTwoTasksACore() {
    Compute compute = node(2, 1);
    submit(compute, Urgency.ONLINE, DIVISIBLE, "one");
    submit(compute, Urgency.ONLINE, DIVISIBLE, "two");
    submit(compute, Urgency.ONLINE, WHOLE, "three");
    runAll();
    assertEquals(List.of("one@1000", "two@1000", "three@2000"), ended);
    assertEquals(List.of(1, 1, 1), trace.works().stream().map(WorkEvent::cores).toList());
  }

  @Test
  void shouldDivideByTheSpeed() {
    Compute compute = node(1, 4);
    submit(compute, Urgency.ONLINE, WHOLE, "quick");
    runAll();
    assertEquals(List.of("quick@250"), ended);
  }
}
