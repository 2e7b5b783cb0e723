package io.pascaline.perf.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.state.AuditCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL for random roles at random times, also while they recover from the last one, under load
 * of clients that ask again. More often with {@code -Dpascaline.kills=N}, and otherwise with {@code
 * -Dpascaline.seed=N}; figures go to the test's output, and a run that fails leaves its folder with
 * the roles' logs. The short run has cores that it shares: there service only has to come back.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class CrashTest {
  private static final long SEED = Long.getLong("pascaline.seed", 17);
  private static final boolean LONG = Integer.getInteger("pascaline.kills") != null;

  /** At the least every role once. */
  private static final int KILLS = Integer.getInteger("pascaline.kills", Member.values().length);

  /** What is stated, from a restart to service, for a machine that does nothing else. */
  private static final long SERVICE_BACK_MS = 10_000;

  /** Beyond it a recovery that is merely slow is told from one that never comes. */
  private static final long NEVER_MS = 300_000;

  /** Where the build shares its cores, a JVM may take longer to start than peers usually wait. */
  private static final String SETTINGS =
      "log-format = text\n" + (LONG ? "" : "connect-timeout = 5m\n");

  private static final int REQUEST_TIMEOUT_MS = 20_000;
  private static final int LATE_MS = LONG ? 1_000 : 40_000;
  private static final int IN_FLIGHT = 4;
  private static final int MAX_PAUSE_MS = 100;

  /** More than a party prepares ahead and has under way: these need a dealer that deals. */
  private static final int ANSWERS_BEYOND_STOCK = 8 + 2 * IN_FLIGHT + 4;

  private static final long MAX_DOWN_MS = 1_000;
  private static final long MAX_UP_MS = 1_500;
  private static final long MAX_INTO_RECOVERY_MS = 5_000;
  private static final double KILLED_IN_RECOVERY = 0.25;
  private static final double KILLED_TOGETHER = 0.1;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Recoveries recoveries = new Recoveries();
  private final Map<Member, Integer> kills = new EnumMap<>(Member.class);
  private final List<Member> next = new ArrayList<>();
  private final PrintStream log = System.out;

  @Test
  void shouldAnswerRightAndUseNothingTwiceWhateverIsKilled() throws Exception {
    final SmallNetwork network = SmallNetwork.of(4, 6);
    final DeploymentFiles files = DeploymentFiles.write(folder, network, SETTINGS);
    final Answers answers = new Answers(network);
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
        crash(deployment, answers);
      }
      assertEquals(List.of(), deployment.endedByThemselves());
    }
    final AuditCheck.Findings audit = AuditCheck.ofDirectories(files.stateFolders());
    report(answers, audit, System.nanoTime() - startNs);
    final String seed = "seed " + SEED + ", logs in " + folder;
    assertEquals(List.of(), answers.faults(), seed);
    assertEquals(List.of(), audit.violations(), seed);
    assertTrue(audit.opened() > answers.count() && audit.dealt() > answers.count(), seed);
    for (final Path state : files.stateFolders()) {
      assertTrue(findsRepeatedLife(files.stateFolders(), state), "the audit misses " + state);
    }
    assertTrue(answers.slowestFailureMs() < REQUEST_TIMEOUT_MS + LATE_MS, seed);
    if (LONG) {
      assertEquals(List.of(), recoveries.slowerThan(SERVICE_BACK_MS), seed);
    }
  }

  /** Kills one or two, starts them again, and most times waits until they serve. */
  private void crash(final Deployment deployment, final Answers answers) throws Exception {
    final List<Member> victims = victims(random.nextDouble() < KILLED_TOGETHER ? 2 : 1);
    for (final Member member : victims) {
      deployment.kill(member);
      kills.merge(member, 1, Integer::sum);
    }
    final LocalTime killed = LocalTime.now();
    pause(random.nextLong(MAX_DOWN_MS));
    final long startNs = System.nanoTime();
    final long answersBefore = answers.count();
    final Map<Member, Long> ownBefore = new EnumMap<>(Member.class);
    for (final Member member : victims) {
      ownBefore.put(member, answers.count(member));
      deployment.start(member);
    }
    if (random.nextDouble() < KILLED_IN_RECOVERY) {
      log.printf("%s %s, kill %d: next one in recovery%n", killed, victims, total());
      pause(random.nextLong(MAX_INTO_RECOVERY_MS));
      return;
    }
    boolean back = answers.await(null, answersBefore + ANSWERS_BEYOND_STOCK, NEVER_MS);
    for (final Member member : victims) {
      back &= !member.isClient() || answers.await(member, ownBefore.get(member) + 1, NEVER_MS);
    }
    final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    final long upMs = TimeUnit.NANOSECONDS.toMillis(deployment.upNs(victims) - startNs);
    log.printf(
        "%s %s, kill %d: up in %d ms, back in %d ms%n", killed, victims, total(), upMs, tookMs);
    assertTrue(back, () -> victims + ", kill " + total() + ": no service " + deployment.errors());
    recoveries.add(victims, total(), upMs, tookMs);
    pause(random.nextLong(MAX_UP_MS));
  }

  /** Draws without putting back until all have been drawn, so that none is spared. */
  private List<Member> victims(final int count) {
    final List<Member> victims = new ArrayList<>();
    while (victims.size() < count) {
      if (next.isEmpty()) {
        next.addAll(List.of(Member.values()));
        next.removeAll(victims);
      }
      victims.add(next.remove(random.nextInt(next.size())));
    }
    return victims;
  }

  /** Whether the audit sees that a life of this role was lived twice: the same keys, again. */
  private static boolean findsRepeatedLife(final Collection<Path> states, final Path state)
      throws IOException {
    final Path lived = state.resolve("audit-000001.log");
    final Path again = state.resolve("audit-999999.log");
    Files.copy(lived, again);
    try {
      return AuditCheck.ofDirectories(states).violationCount() > 0;
    } finally {
      Files.delete(again);
    }
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
    recoveries.lines().forEach(log::println);
  }
}
