// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.ConductorServiceTimeoutException;
import io.aeron.exceptions.DriverTimeoutException;
import io.aeron.exceptions.RegistrationException;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;

/** Aeron's exceptions as one line with a remedy. */
public final class AeronFaults {
  private AeronFaults() {}

  /** Returns the fault of listening at an address. */
  public static TransportException onListen(LinkAddress address, AeronException fault) {
    String where = Channels.describe(address);
    if (fault instanceof DriverTimeoutException) {
      return onDriver("the media driver", fault);
    }
    String cause = cause(fault);
    if (cause.contains("Address already in use")) {
      return taken(address, fault);
    }
    return new TransportException(
        TransportException.Kind.BAD_ADDRESS,
        "cannot listen on " + where + " (" + cause + "): choose an address of this machine",
        fault);
  }

  /** Returns an address that somebody else listens at. */
  static TransportException taken(LinkAddress address, AeronException fault) {
    return new TransportException(
        TransportException.Kind.ADDRESS_IN_USE,
        Channels.describePort(address)
            + " is taken: choose another listen endpoint or stop the process that holds it",
        fault);
  }

  /** Returns the fault of dialling an address. */
  public static TransportException onDial(LinkAddress address, AeronException fault) {
    return new TransportException(
        TransportException.Kind.BAD_ADDRESS,
        "cannot dial "
            + Channels.describe(address)
            + " ("
            + cause(fault)
            + "): check the peer's address",
        fault);
  }

  /** No media driver, or one that stopped. */
  public static TransportException onDriver(String driver, Exception fault) {
    return new TransportException(
        TransportException.Kind.DRIVER,
        driver
            + " does not answer ("
            + cause(fault)
            + "): check that it runs and that this process may open its directory",
        fault);
  }

  /** Returns a node that ended by itself, for the latest fault it met, if any. */
  public static TransportException onDown(String node, boolean driverLost, Throwable faultOrNull) {
    String cause = faultOrNull == null ? "no fault was seen" : cause(faultOrNull);
    if (faultOrNull instanceof ConductorServiceTimeoutException) {
      return new TransportException(
          TransportException.Kind.CARRIER,
          node
              + " did not run for longer than its links live ("
              + cause
              + "): this machine is overloaded or was suspended; restart the node",
          faultOrNull);
    }
    return driverLost
        ? new TransportException(
            TransportException.Kind.DRIVER,
            node
                + " lost its media driver ("
                + cause
                + "): check that the driver runs and that this machine is not overloaded, then"
                + " restart the node",
            faultOrNull)
        : new TransportException(
            TransportException.Kind.CARRIER,
            "the polling thread of " + node + " died (" + cause + "): restart the node",
            faultOrNull);
  }

  /** Returns the innermost line of Aeron's message, without its category and error code. */
  public static String cause(Throwable fault) {
    String text = String.valueOf(fault.getMessage()).lines().findFirst().orElse("no detail");
    if (fault instanceof RegistrationException && text.contains("errorCodeValue=")) {
      int comma = text.indexOf(',', text.indexOf("errorCodeValue="));
      text = comma < 0 ? text : text.substring(comma + 1);
    }
    return text.replaceFirst("^\\s*(ERROR|WARN|FATAL) - ", "").strip();
  }
}
