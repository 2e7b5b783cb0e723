// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.CncFileDescriptor;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.pascaline.transport.link.TransportException;
import java.io.File;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.errors.ErrorLogReader;
import org.agrona.concurrent.status.CountersReader;

/**
 * What a media driver has counted and what went wrong in it, read from the file that it shares with
 * its clients. Immutable.
 *
 * @param counters of the driver as a whole: bytes, NAKs, retransmissions, losses, cycle times
 * @param streamCounters of single streams: positions and limits, with their channels
 * @param errors distinct faults, oldest first
 */
public record DriverStatus(
    List<Counter> counters, List<Counter> streamCounters, List<Fault> errors) {
  private static final int MAX_LISTED = 1_000;
  private static final int MAX_TEXT = 300;

  /**
   * A counter.
   *
   * @param label Aeron's name for it
   * @param value its value
   */
  public record Counter(String label, long value) {}

  /**
   * A fault that was met, however often.
   *
   * @param count how often
   * @param first when at first
   * @param last when at last
   * @param text the fault's first line
   */
  public record Fault(int count, Instant first, Instant last, String text) {}

  /** Counters that tell how a network does, for programs. */
  public enum Indicator {
    /** Bytes put on the network, Aeron's own frames included. */
    BYTES_SENT(SystemCounterDescriptor.BYTES_SENT),
    /** Bytes taken from the network. */
    BYTES_RECEIVED(SystemCounterDescriptor.BYTES_RECEIVED),
    /** Gaps that this side asked to be sent again. */
    NAKS_SENT(SystemCounterDescriptor.NAK_MESSAGES_SENT),
    /** Gaps that remotes asked to be sent again. */
    NAKS_RECEIVED(SystemCounterDescriptor.NAK_MESSAGES_RECEIVED),
    /** Times that something was sent again. */
    RETRANSMITS(SystemCounterDescriptor.RETRANSMITS_SENT),
    /** Bytes sent again. */
    RETRANSMITTED_BYTES(SystemCounterDescriptor.RETRANSMITTED_BYTES),
    /** Packets that were no frames of Aeron's. */
    INVALID_PACKETS(SystemCounterDescriptor.INVALID_PACKETS),
    /** Packets beyond a stream's window. */
    FLOW_CONTROL_OVER_RUNS(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS),
    /** Times that the remote's window stopped a sender. */
    FLOW_CONTROL_LIMITS(SystemCounterDescriptor.SENDER_FLOW_CONTROL_LIMITS),
    /** Sends that the socket took in part only. */
    SHORT_SENDS(SystemCounterDescriptor.SHORT_SENDS),
    /** Faults of the driver. */
    ERRORS(SystemCounterDescriptor.ERRORS);

    private final int counterId;

    Indicator(SystemCounterDescriptor descriptor) {
      counterId = descriptor.id();
    }
  }

  /**
   * Reads a running driver's file.
   *
   * @param directory the driver's directory, as {@code TransportNode.driverDirectory} names it
   * @throws TransportException if no driver of this version runs there
   */
  public static DriverStatus read(String directory) {
    MappedByteBuffer file = map(directory);
    try {
      DirectBuffer metaData = metaData(file, directory);
      List<Counter> ofDriver = new ArrayList<>();
      List<Counter> ofStreams = new ArrayList<>();
      CountersReader reader = countersReader(file, metaData);
      reader.forEach(
          (counterId, typeId, key, label) -> {
            List<Counter> into =
                typeId == SystemCounterDescriptor.SYSTEM_COUNTER_TYPE_ID ? ofDriver : ofStreams;
            if (into.size() < MAX_LISTED) {
              into.add(new Counter(label, reader.getCounterValue(counterId)));
            }
          });
      return new DriverStatus(
          List.copyOf(ofDriver), List.copyOf(ofStreams), faults(file, metaData));
    } finally {
      IoUtil.unmap(file);
    }
  }

  /** One of the driver's own counters; 0 where no driver of this version runs any more. */
  public static long value(String directory, Indicator indicator) {
    MappedByteBuffer file;
    try {
      file = map(directory);
    } catch (TransportException e) {
      return 0;
    }
    try {
      return countersReader(file, metaData(file, directory)).getCounterValue(indicator.counterId);
    } catch (TransportException e) {
      return 0;
    } finally {
      IoUtil.unmap(file);
    }
  }

  private static MappedByteBuffer map(String directory) {
    File file = new File(directory, CncFileDescriptor.CNC_FILE);
    if (file.length() < CncFileDescriptor.END_OF_METADATA_OFFSET) {
      throw noDriver(directory);
    }
    try {
      return IoUtil.mapExistingFile(file, FileChannel.MapMode.READ_ONLY, "counters");
    } catch (RuntimeException e) {
      throw noDriver(directory);
    }
  }

  private static DirectBuffer metaData(MappedByteBuffer file, String directory) {
    DirectBuffer metaData = CncFileDescriptor.createMetaDataBuffer(file);
    int version = metaData.getInt(CncFileDescriptor.cncVersionOffset(0));
    if (version == 0) {
      throw noDriver(directory);
    }
    if (version != CncFileDescriptor.CNC_VERSION) {
      throw new TransportException(
          TransportException.Kind.DRIVER,
          "the media driver in " + directory + " is of another version: use Aeron's own tools");
    }
    return metaData;
  }

  private static CountersReader countersReader(MappedByteBuffer file, DirectBuffer metaData) {
    return new CountersReader(
        CncFileDescriptor.createCountersMetaDataBuffer(file, metaData),
        CncFileDescriptor.createCountersValuesBuffer(file, metaData),
        StandardCharsets.US_ASCII);
  }

  private static List<Fault> faults(MappedByteBuffer file, DirectBuffer metaData) {
    List<Fault> faults = new ArrayList<>();
    AtomicBuffer log = CncFileDescriptor.createErrorLogBuffer(file, metaData);
    ErrorLogReader.read(
        log,
        (count, firstMs, lastMs, text) -> {
          if (faults.size() < MAX_LISTED) {
            faults.add(
                new Fault(
                    count,
                    Instant.ofEpochMilli(firstMs),
                    Instant.ofEpochMilli(lastMs),
                    firstLine(text)));
          }
        });
    return List.copyOf(faults);
  }

  private static String firstLine(String text) {
    String line = text.strip().lines().findFirst().orElse("");
    return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT);
  }

  private static TransportException noDriver(String directory) {
    return new TransportException(
        TransportException.Kind.DRIVER,
        "no media driver runs in " + directory + ": start the role, or name its directory");
  }
}
