// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.DowningProvider;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Decides what happens to members that cannot be reached, once the cluster has not changed for a
 * while. A gateway removes them. A cell that no gateway reaches ends itself: it serves nobody, and
 * joins again when it is started. Neither counts nor addresses of members decide.
 */
public final class Downing extends DowningProvider {
  /** The role that a gateway has in the cluster. */
  static final String GATEWAY_ROLE = "gateway";

  /** The role that a party of a cell has in the cluster. */
  static final String CELL_ROLE = "cell";

  private static final String STABLE_AFTER = "pascaline.cluster.stable-after";

  /** Members that take part no more, although the cluster still lists them. */
  private static final Set<MemberStatus> GOING =
      Set.of(MemberStatus.exiting(), MemberStatus.down(), MemberStatus.removed());

  private final Duration stableAfter;

  /**
   * For Pekko, which names the class in its configuration.
   *
   * @param system whose node it decides for
   */
  public Downing(ActorSystem system) {
    stableAfter = system.settings().config().getDuration(STABLE_AFTER);
  }

  /** Returns zero: no member hands anything over when it is removed. */
  @Override
  public FiniteDuration downRemovalMargin() {
    return FiniteDuration.apply(0, TimeUnit.MILLISECONDS);
  }

  @Override
  public Option<Props> downingActorProps() {
    return Option.apply(Adapter.props(() -> Watch.create(stableAfter)));
  }

  /**
   * A member as one node sees it.
   *
   * @param isUnreachable whether a node of this side does not reach it
   * @param isHeard whether this node receives its heartbeats
   */
  record Seen(
      Address address,
      boolean isGateway,
      MemberStatus status,
      boolean isUnreachable,
      boolean isHeard) {
    /** Returns whether it is lost; a gateway that this node hears is not, whatever others say. */
    boolean isLost() {
      return isUnreachable && !(isGateway && isHeard);
    }

    private boolean isServing() {
      return isGateway && !isLost() && !GOING.contains(status);
    }
  }

  /**
   * Decides which members a node takes down.
   *
   * @param self the node that decides
   * @param others all other members
   * @return the members to be removed, or the node itself; empty if nothing is to be done
   */
  static Set<Address> toDown(Seen self, Collection<Seen> others) {
    Set<Address> lost =
        others.stream()
            .filter(other -> other.isLost() && !other.status().equals(MemberStatus.down()))
            .map(Seen::address)
            .collect(Collectors.toSet());
    boolean isGoing =
        GOING.contains(self.status())
            || (!self.isGateway() && self.status().equals(MemberStatus.leaving()));
    if (lost.isEmpty() || isGoing) {
      return Set.of();
    }
    if (self.isGateway()) {
      return lost;
    }
    return others.stream().anyMatch(Seen::isServing) ? Set.of() : Set.of(self.address());
  }

  /** The actor that waits until the cluster is stable. */
  private static final class Watch extends AbstractBehavior<Watch.Command> {
    private final Cluster cluster;
    private final TimerScheduler<Command> timers;
    private final Duration stableAfter;

    private sealed interface Command permits Changed, Stable {}

    /** Membership or reachability has changed. */
    private record Changed() implements Command {}

    /** Nothing has changed for a while. */
    private record Stable() implements Command {}

    private static Behavior<Command> create(Duration stableAfter) {
      return Behaviors.setup(
          context -> Behaviors.withTimers(timers -> new Watch(context, timers, stableAfter)));
    }

    private Watch(
        ActorContext<Command> context, TimerScheduler<Command> timers, Duration stableAfter) {
      super(context);
      context.setLoggerName(Downing.class);
      this.timers = timers;
      this.stableAfter = stableAfter;
      cluster = Cluster.get(Adapter.toClassic(context.getSystem()));
      cluster.subscribe(
          Adapter.toClassic(
              context.messageAdapter(ClusterEvent.MemberEvent.class, event -> new Changed())),
          ClusterEvent.initialStateAsEvents(),
          ClusterEvent.MemberEvent.class);
      cluster.subscribe(
          Adapter.toClassic(
              context.messageAdapter(ClusterEvent.ReachabilityEvent.class, event -> new Changed())),
          ClusterEvent.initialStateAsEvents(),
          ClusterEvent.ReachabilityEvent.class);
    }

    @Override
    public Receive<Command> createReceive() {
      return newReceiveBuilder()
          .onMessage(Changed.class, this::onChanged)
          .onMessage(Stable.class, this::onStable)
          .build();
    }

    private Behavior<Command> onChanged(Changed message) {
      timers.startTimerWithFixedDelay(Stable.class, new Stable(), stableAfter);
      return this;
    }

    private Behavior<Command> onStable(Stable message) {
      Address own = cluster.selfAddress();
      List<Seen> others = new ArrayList<>();
      Optional<Seen> self = Optional.empty();
      CurrentClusterState state = cluster.state();
      for (Member member : state.getMembers()) {
        Seen seen = seen(member, state.getUnreachable().contains(member));
        if (seen.address().equals(own)) {
          self = Optional.of(seen);
        } else {
          others.add(seen);
        }
      }
      Set<Address> down = self.map(node -> toDown(node, others)).orElse(Set.of());
      if (down.contains(own)) {
        getContext()
            .getLog()
            .warn(
                "no gateway reaches this node: it leaves the cluster and ends, to join again when"
                    + " it is started; it does not reach {}",
                addresses(others, Seen::isLost));
      } else if (!down.isEmpty()) {
        warn(others, down);
      }
      down.forEach(cluster::down);
      return this;
    }

    private Seen seen(Member member, boolean isUnreachable) {
      Address address = member.address();
      // A detector calls members available that it does not watch.
      boolean isHeard =
          cluster.failureDetector().isMonitoring(address)
              && cluster.failureDetector().isAvailable(address);
      return new Seen(
          address, member.hasRole(GATEWAY_ROLE), member.status(), isUnreachable, isHeard);
    }

    private void warn(List<Seen> others, Set<Address> down) {
      Set<String> cells =
          addresses(others, other -> down.contains(other.address()) && !other.isGateway());
      if (!cells.isEmpty()) {
        getContext().getLog().warn("removing the cells at {}, which are unreachable", cells);
      }
      Set<String> gateways =
          addresses(others, other -> down.contains(other.address()) && other.isGateway());
      if (!gateways.isEmpty()) {
        getContext()
            .getLog()
            .warn(
                "removing the gateways at {}, which are unreachable: those that still run serve in"
                    + " a cluster of their own, until all nodes of one side are stopped and then"
                    + " started",
                gateways);
      }
    }

    private static Set<String> addresses(List<Seen> members, Predicate<Seen> which) {
      return members.stream()
          .filter(which)
          .map(member -> member.address().hostPort())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
