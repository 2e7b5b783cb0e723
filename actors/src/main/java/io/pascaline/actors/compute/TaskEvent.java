// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * An event of the JDK's Flight Recorder: one task of a role, from its start to its end. Nothing is
 * measured and nothing is allocated unless a recording has it enabled.
 */
@Name(TaskEvent.NAME)
@Label("Task")
@Category({"Pascaline", "Compute"})
@StackTrace(false)
public final class TaskEvent extends Event {
  /** The event's name in recordings. */
  public static final String NAME = "io.pascaline.Task";

  private static final EventType TYPE = EventType.getEventType(TaskEvent.class);

  @Label("Node")
  @Description("The role whose task it was")
  String node;

  @Label("Kind")
  @Description("The kind of work")
  String kind;

  @Label("Session")
  @Description("The number of the inference in its epoch, negative for work once per epoch")
  long session;

  @Label("Layer")
  @Description("The layer's id in the plan, -1 for the whole network")
  long layer;

  @Label("Step")
  @Description("The round within the layer")
  long step;

  @Label("Online")
  @Description("Whether an inference waited for it")
  boolean online;

  @Label("Waited")
  @Description("From its submission to its start")
  @Timespan
  long waitedNs;

  private TaskEvent() {}

  static boolean isRecorded() {
    return TYPE.isEnabled();
  }

  static TaskEvent begin(String role, Urgency urgency, Work work, long waitedNs) {
    TaskEvent event = new TaskEvent();
    event.node = role;
    event.kind = work.kind().name();
    event.session = work.session();
    event.layer = work.layer();
    event.step = work.round();
    event.online = urgency == Urgency.ONLINE;
    event.waitedNs = waitedNs;
    event.begin();
    return event;
  }
}
