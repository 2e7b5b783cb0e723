// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecordedCompute;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkAddress;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A role that is being started: what it runs on, and what it owns so far. That is closed if a later
 * step is refused, since threads and the lock of a state folder would outlive the refusal. The node
 * that is started owns it from then on.
 */
public final class RoleLaunch {
  private final Parts parts = new Parts();
  private final FirstFailure failure = new FirstFailure();
  private final RuntimeSettings runtime;
  private final NetworkPlan plan;
  private final RoleState state;
  private final RolePlatform platform;
  private final RoleHost host;

  private RoleLaunch(
      RuntimeSettings runtime,
      NetworkPlan plan,
      RoleState state,
      Optional<ClientStates> ofClients,
      Supplier<RolePlatform> platforms) {
    this.runtime = runtime;
    this.plan = plan;
    this.state = parts.own(state);
    ofClients.ifPresent(parts::own);
    platform = parts.orClose(() -> parts.own(platforms.get()));
    host = parts.orClose(() -> parts.own(platform.host(failure)));
  }

  /**
   * Begins with a process for the role alone.
   *
   * @param name of the process, for people and threads
   * @param runtime how the role runs
   * @param plan what it computes
   * @param state what it keeps; closed if the start is refused
   */
  public static RoleLaunch inOwnProcess(
      String name, RuntimeSettings runtime, NetworkPlan plan, RoleState state) {
    return on(() -> new OwnProcess(name, runtime), runtime, plan, state);
  }

  /** Begins on a platform, which is asked for once the state is open. */
  static RoleLaunch on(
      Supplier<RolePlatform> platforms,
      RuntimeSettings runtime,
      NetworkPlan plan,
      RoleState state) {
    return new RoleLaunch(runtime, plan, state, Optional.empty(), platforms);
  }

  /**
   * Begins with a process for a role that has clients as parties.
   *
   * @param ofClients what it keeps of each of them
   */
  static RoleLaunch inOwnProcess(
      String name,
      RuntimeSettings runtime,
      NetworkPlan plan,
      RoleState state,
      ClientStates ofClients) {
    return new RoleLaunch(
        runtime, plan, state, Optional.of(ofClients), () -> new OwnProcess(name, runtime));
  }

  /** Returns what the role reports its end to. */
  public FirstFailure failure() {
    return failure;
  }

  /** Returns where its actors live. */
  public RoleHost host() {
    return host;
  }

  /** Returns where its arithmetic runs. */
  public ComputePool pool() {
    return platform.pool();
  }

  /**
   * Returns the same, recorded.
   *
   * @param role what the records call it
   */
  Compute compute(String role) {
    return new RecordedCompute(role, platform.pool());
  }

  /**
   * Returns what an assembly of the role needs.
   *
   * @param role what records of its arithmetic call it
   */
  public RoleAssembly.Resources resources(String role) {
    return new RoleAssembly.Resources(compute(role), state, failure);
  }

  /**
   * Does what may be refused, and closes all that the role owns if it is.
   *
   * @param <T> kind of result
   * @param step what to do
   * @return its result
   */
  public <T> T orClose(Supplier<T> step) {
    return parts.orClose(step);
  }

  /**
   * Starts the role's actor and its node, and dials its peers.
   *
   * @param <C> the actor's command type
   * @param name the actor's name
   * @param role what to start
   * @param listen where it listens
   * @param dialled whom to dial, by name such as {@code dealer}
   * @return the node, which closes all that the role owns
   * @throws io.pascaline.transport.link.TransportException if the address is taken
   */
  public <C> RoleNode<C> start(
      String name, RoleAssembly<C> role, LinkAddress listen, Map<LinkAddress, String> dialled) {
    // A dealer says that it takes none. Its messages are as large as those of one image.
    int maxBatch = Math.max(1, role.hello().maxBatch());
    return RoleNode.start(
        host,
        name,
        role,
        context -> platform.configure(RoleNode.deployed(context, runtime, plan, maxBatch, listen)),
        dialled,
        parts);
  }
}
