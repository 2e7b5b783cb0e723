// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What one incarnation of a role noted.
 *
 * @param path the file
 * @param role whose
 * @param records in the order of writing
 */
public record AuditFile(Path path, StateRole role, List<AuditRecord> records) {
  /** Copies the list. */
  public AuditFile {
    records = List.copyOf(records);
  }

  /**
   * Reads all audit logs of a state folder, oldest incarnation first.
   *
   * @throws IOException if they cannot be read
   * @throws StateException if one is damaged otherwise than by a crash within its last record
   */
  public static List<AuditFile> readAll(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "audit-*.log")) {
      logs.forEach(paths::add);
    }
    Collections.sort(paths);
    List<AuditFile> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.size(path) >= FileHeader.BYTES) {
        files.add(
            read(path)); // A shorter one is of an incarnation that ended before it did anything.
      }
    }
    return files;
  }

  /** Reads one audit log; see {@link #readAll}. */
  public static AuditFile read(Path path) throws IOException {
    ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(path));
    StateRole role = FileHeader.AUDIT.read(content, path);
    List<AuditRecord> records = new ArrayList<>();
    byte[] record = new byte[FileAuditLog.RECORD_BYTES];
    while (content.remaining() >= record.length) {
      content.get(record);
      AuditRecord parsed = parse(record);
      if (parsed == null) {
        if (!onlyZerosIn(content)) {
          throw FileHeader.damaged(path, "record " + records.size() + " is wrong");
        }
        break; // The end, or a record that was cut short: what it says was not done.
      }
      records.add(parsed);
    }
    return new AuditFile(path, role, records);
  }

  private static AuditRecord parse(byte[] record) {
    ByteBuffer fields = ByteBuffer.wrap(record);
    if (fields.getInt(FileAuditLog.CHECKED_BYTES)
        != FileHeader.crc(record, 0, FileAuditLog.CHECKED_BYTES)) {
      return null;
    }
    AuditEvent event = AuditEvent.ofCode(fields.getInt() >>> 24);
    if (event == null) {
      return null;
    }
    int layer = fields.getInt();
    long epoch = fields.getLong();
    long number = fields.getLong();
    int round = fields.getInt();
    AuditRecord.Digest digest = new AuditRecord.Digest(fields.getLong(), fields.getLong());
    return new AuditRecord(event, epoch, number, layer, round, digest);
  }

  private static boolean onlyZerosIn(ByteBuffer rest) {
    while (rest.hasRemaining()) {
      if (rest.get() != 0) {
        return false;
      }
    }
    return true;
  }
}
