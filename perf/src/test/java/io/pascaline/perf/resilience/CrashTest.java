package io.pascaline.perf.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.state.AuditCheck;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL for random roles at random times, also while they recover from the last one, under load
 * of clients that ask again. More often with {@code -Dpascaline.kills=N}, and otherwise with {@code
 * -Dpascaline.seed=N}; figures go to the test's output.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class CrashTest {
  private static final long SEED = Long.getLong("pascaline.seed", 17);
  private static final int KILLS = Integer.getInteger("pascaline.kills", 4);

  /** What is stated: from a restart to service. */
  private static final long SERVICE_BACK_MS = 10_000;

  /** Beyond it a recovery that is merely slow is told from one that never comes. */
  private static final long NEVER_MS = 90_000;

  private static final int REQUEST_TIMEOUT_MS = 20_000;
  private static final int IN_FLIGHT = 4;
  private static final int MAX_PAUSE_MS = 100;

  /** More than a party prepares ahead and has under way: these need a dealer that deals. */
  private static final int ANSWERS_BEYOND_STOCK = 8 + 2 * IN_FLIGHT + 4;

  private static final long MAX_DOWN_MS = 1_000;
  private static final long MAX_UP_MS = 1_500;
  private static final long MAX_INTO_RECOVERY_MS = 5_000;
  private static final double KILLED_IN_RECOVERY = 0.25;
  private static final double KILLED_TOGETHER = 0.1;

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Map<Member, List<Long>> recoveriesMs = new EnumMap<>(Member.class);
  private final Map<Member, Integer> kills = new EnumMap<>(Member.class);
  private final PrintStream log = System.out;

  @Test
  void shouldAnswerRightAndUseNothingTwiceWhateverIsKilled() throws Exception {
    final SmallNetwork network = SmallNetwork.of(4, 6);
    final DeploymentFiles files = DeploymentFiles.write(folder, network);
    final Answers answers = new Answers(network);
    final List<String> slow = new ArrayList<>();
    final long startNs = System.nanoTime();
    try (Deployment deployment =
        new Deployment(
            files, answers, random.split(), REQUEST_TIMEOUT_MS, IN_FLIGHT, MAX_PAUSE_MS)) {
      for (final Member member : Member.values()) {
        deployment.start(member);
      }
      assertTrue(
          answers.await(null, ANSWERS_BEYOND_STOCK, NEVER_MS), () -> "" + deployment.errors());
      while (total() < KILLS) {
        crash(deployment, answers, slow);
      }
      assertEquals(List.of(), deployment.endedByThemselves());
    }
    final AuditCheck.Findings audit = AuditCheck.ofDirectories(files.stateFolders());
    report(answers, audit, System.nanoTime() - startNs);
    final String seed = "seed " + SEED;
    assertEquals(List.of(), answers.faults(), seed);
    assertEquals(List.of(), audit.violations(), seed);
    assertEquals(List.of(), slow, seed);
    assertTrue(answers.slowestFailureMs() < REQUEST_TIMEOUT_MS + 1_000, seed);
    assertTrue(audit.opened() > answers.count() && audit.dealt() > answers.count(), seed);
  }

  /** Kills one or two, starts them again, and most times waits until they serve. */
  private void crash(final Deployment deployment, final Answers answers, final List<String> slow)
      throws Exception {
    final List<Member> victims = new ArrayList<>(List.of(Member.values()));
    final int count = random.nextDouble() < KILLED_TOGETHER ? 2 : 1;
    while (victims.size() > count) {
      victims.remove(random.nextInt(victims.size()));
    }
    for (final Member member : victims) {
      deployment.kill(member);
      kills.merge(member, 1, Integer::sum);
    }
    pause(random.nextLong(MAX_DOWN_MS));
    final long startNs = System.nanoTime();
    final long answersBefore = answers.count();
    final Map<Member, Long> ownBefore = new EnumMap<>(Member.class);
    for (final Member member : victims) {
      ownBefore.put(member, answers.count(member));
      deployment.start(member);
    }
    if (random.nextDouble() < KILLED_IN_RECOVERY) {
      pause(random.nextLong(MAX_INTO_RECOVERY_MS));
      return;
    }
    boolean back = answers.await(null, answersBefore + ANSWERS_BEYOND_STOCK, NEVER_MS);
    for (final Member member : victims) {
      back &= !member.isClient() || answers.await(member, ownBefore.get(member) + 1, NEVER_MS);
    }
    final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    log.printf("%s, kill %d: back in %d ms%n", victims, total(), tookMs);
    assertTrue(back, () -> victims + ", kill " + total() + ": no service " + deployment.errors());
    for (final Member member : victims) {
      recoveriesMs.computeIfAbsent(member, m -> new ArrayList<>()).add(tookMs);
    }
    if (tookMs > SERVICE_BACK_MS) {
      slow.add(victims + ", kill " + total() + ": back after " + tookMs + " ms");
    }
    pause(random.nextLong(MAX_UP_MS));
  }

  private int total() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void pause(final long milliseconds) throws InterruptedException {
    new CountDownLatch(1).await(milliseconds, TimeUnit.MILLISECONDS);
  }

  private void report(
      final Answers answers, final AuditCheck.Findings audit, final long elapsedNs) {
    log.printf(
        "seed %d, %d kills %s in %d s%n",
        SEED, total(), kills, TimeUnit.NANOSECONDS.toSeconds(elapsedNs));
    log.printf(
        "%d answers, %d wrong; requests that failed %s, at most %d ms after they were made%n",
        answers.count(), answers.wrong(), answers.failures(), answers.slowestFailureMs());
    log.printf(
        "audit: %d lives, %d epochs, %d dealt, %d opened, %d used twice%n",
        audit.lives(), audit.epochs(), audit.dealt(), audit.opened(), audit.violationCount());
    recoveriesMs.forEach(
        (member, times) -> {
          Collections.sort(times);
          log.printf(
              "%s: back in %d ms (median of %d), %d ms (most)%n",
              member, times.get(times.size() / 2), times.size(), times.get(times.size() - 1));
        });
  }
}
