/** How roles log. */
package io.pascaline.cli.log;
