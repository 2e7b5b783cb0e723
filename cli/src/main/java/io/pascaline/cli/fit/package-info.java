/** The {@code fit} command: coefficients under the precision of the secure computation. */
package io.pascaline.cli.fit;
