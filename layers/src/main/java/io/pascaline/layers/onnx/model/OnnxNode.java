// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One operator of the file, with functions inlined: its tensors by their names in the graph and its
 * attributes by type. Immutable.
 *
 * @param domain empty for standard operators
 * @param operator operator type, for example {@code Conv}
 * @param name for messages; may be empty
 * @param inputs tensor names, empty where an optional input is absent
 * @param outputs tensor names, empty where an output is not wanted
 * @param attributes by name, references to function attributes resolved
 */
public record OnnxNode(
    String domain,
    String operator,
    String name,
    List<String> inputs,
    List<String> outputs,
    Map<String, AttributeProto> attributes) {

  private static final int MAX_LIST_LENGTH = 4096;

  /** Returns a short name: the node's own, or that of its first tensor. */
  public String label() {
    return shortened(name.isEmpty() && !outputs.isEmpty() ? outputs.get(0) : name);
  }

  /** Returns the node as messages call it. */
  public String where() {
    String kind = domain.isEmpty() ? operator : domain + "." + operator;
    return "node '" + label() + "' (" + shortened(kind) + ")";
  }

  /** Returns a refusal of this node. */
  public ModelFormatException refused(String what, String remedy) {
    return new ModelFormatException(where() + ": " + what + "; " + remedy);
  }

  /** Returns a node that breaks the rules of ONNX itself. */
  public ModelFormatException damaged(String what) {
    return refused(what, "the file is damaged or not valid ONNX, export it again");
  }

  /** Returns the name of an input, or empty if it is absent. */
  public String inputOrEmpty(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** Returns the name of an input that must be there. */
  public String input(int index) {
    if (inputOrEmpty(index).isEmpty()) {
      throw damaged("input " + index + " is missing");
    }
    return inputs.get(index);
  }

  /** Returns the name of the first output, which must be there. */
  public String output() {
    if (outputs.isEmpty() || outputs.get(0).isEmpty()) {
      throw damaged("has no output");
    }
    return outputs.get(0);
  }

  /** Returns whether an attribute is there. */
  public boolean hasAttribute(String attribute) {
    return attributes.containsKey(attribute);
  }

  /** Returns an integer, or the given value if absent. */
  public long integer(String attribute, long absent) {
    AttributeProto value = typed(attribute, AttributeType.INT);
    return value == null ? absent : value.getI();
  }

  /** Returns a finite real number, or the given value if absent. */
  public float real(String attribute, float absent) {
    AttributeProto value = typed(attribute, AttributeType.FLOAT);
    if (value == null) {
      return absent;
    }
    if (!Float.isFinite(value.getF())) {
      throw damaged("attribute " + attribute + " is not a finite number");
    }
    return value.getF();
  }

  /** Returns a text, shortened, or the given value if absent. */
  public String text(String attribute, String absent) {
    AttributeProto value = typed(attribute, AttributeType.STRING);
    return value == null ? absent : shortened(value.getS().toStringUtf8());
  }

  /** Returns a list of integers, or null if absent. */
  public long[] integersOrNull(String attribute) {
    AttributeProto value = typed(attribute, AttributeType.INTS);
    if (value == null) {
      return null;
    }
    long[] list = new long[boundedLength(attribute, value.getIntsCount())];
    for (int i = 0; i < list.length; i++) {
      list[i] = value.getInts(i);
    }
    return list;
  }

  /**
   * Returns a list of small non-negative integers of a given length, or one filled with a default.
   */
  public int[] sizes(String attribute, int length, int absent) {
    long[] list = integersOrNull(attribute);
    int[] sizes = new int[length];
    Arrays.fill(sizes, absent);
    if (list == null) {
      return sizes;
    }
    if (list.length != length) {
      throw damaged("attribute " + attribute + " has " + list.length + " values, not " + length);
    }
    for (int i = 0; i < length; i++) {
      sizes[i] = size(attribute, list[i]);
    }
    return sizes;
  }

  /** Returns a number from the file as a size: 0 to 2^24, so that sums of a few stay in an int. */
  public int size(String what, long value) {
    if (value < 0 || value > 1 << 24) {
      throw damaged(what + " is " + value);
    }
    return (int) value;
  }

  /** Returns an axis counted from the front. */
  public int axis(long axis, int rank) {
    long index = axis < 0 ? axis + rank : axis;
    if (index < 0 || index >= rank) {
      throw damaged("axis " + axis + " does not exist");
    }
    return (int) index;
  }

  /** Returns an attribute of any type, or null if absent. */
  public AttributeProto attributeOrNull(String attribute) {
    return attributes.get(attribute);
  }

  /** Returns a length that the file states, if it is no more than 4096. */
  public int boundedLength(String attribute, int length) {
    if (length > MAX_LIST_LENGTH) {
      throw damaged("attribute " + attribute + " has " + length + " values");
    }
    return length;
  }

  private AttributeProto typed(String attribute, AttributeType type) {
    AttributeProto value = attributes.get(attribute);
    // Old exporters leave the type out; then the field that is set decides.
    if (value != null && value.hasType() && value.getType() != type) {
      throw damaged("attribute " + attribute + " is of type " + value.getType() + ", not " + type);
    }
    return value;
  }

  private static String shortened(String text) {
    return text.length() > 80 ? text.substring(0, 77) + "..." : text;
  }
}
