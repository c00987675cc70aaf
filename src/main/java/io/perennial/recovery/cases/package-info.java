/** Recovery cases: what begins them, how much is at stake, who has to agree, and how they end. */
package io.perennial.recovery.cases;
