// @ts-check
/**
 * The shapes the console API answers with. No code: other modules name these in their JSDoc.
 *
 * @typedef {"admin" | "maker" | "checker" | "viewer"} Role
 * @typedef {{ distributorID: string, name: string, roles: Role[] }} Membership
 * @typedef {{ userID: string, login: string, name: string, mustChangePassword: boolean,
 *   clientIP?: string, distributors: Membership[] }} Session
 *
 * @typedef {{ distributorID: string, name: string, currency: string, balance: string,
 *   available: string, held: string, status: string }} Distributor
 *
 * @typedef {"read-balance" | "read-transactions" | "perform-operations"} Permission
 * @typedef {"pending" | "approved" | "active" | "expired" | "revoked" | "rejected" |
 *   "withdrawn" | "lapsed"} KeyStatus
 *
 * @typedef {object} Key
 * @property {string} keyID
 * @property {string} approvalID
 * @property {string} label
 * @property {Permission[]} permissions
 * @property {string | null} maxTransactionAmount
 * @property {string | null} maxDailyVolume
 * @property {string[]} allowedIPs
 * @property {string} autoApproveLimit
 * @property {number} expiresInDays
 * @property {string | null} expiresAt
 * @property {KeyStatus} status
 * @property {string | null} keyPrefix
 * @property {string} makerID
 * @property {string} makerName
 * @property {string | null} checkerID
 * @property {string | null} checkerName
 * @property {string | null} reason
 * @property {string | null} note
 * @property {string | null} replaces
 * @property {string} createdAt
 * @property {string | null} decidedAt
 * @property {string | null} claimedAt
 * @property {string | null} revokedAt
 * @property {string | null} lastUsedAt
 * @property {string | null} lastUsedIP
 * @property {{ requestsToday: number, volumeToday: string, requests30Days: number } | null} usage
 *
 * @typedef {{ date: string, requests: number, denied: number, operations: number,
 *   volume: string }} UsageDay
 * @typedef {{ ip: string, firstSeenAt: string, lastSeenAt: string, requests: number,
 *   denied: number }} UsageIP
 * @typedef {{ code: string, count: number, lastAt: string, lastIP: string | null }} Denial
 * @typedef {{ days: UsageDay[], ips: UsageIP[], denials: Denial[] }} Usage
 *
 * @typedef {"api-key.issue" | "api-key.rotate" | "operation" | "user.create" | "user.grant" |
 *   "user.reset"} ApprovalKind
 *
 * @typedef {object} Approval
 * @property {string} approvalID
 * @property {ApprovalKind} kind
 * @property {"pending" | "approved" | "rejected" | "withdrawn" | "expired"} status
 * @property {Record<string, unknown>} subject
 * @property {string} digest
 * @property {string} makerID
 * @property {string} makerName
 * @property {string} createdAt
 * @property {string} expiresAt
 * @property {string | null} decidedBy
 * @property {string | null} decidedByName
 * @property {string | null} decidedAt
 * @property {string | null} reason
 *
 * @typedef {object} Operation
 * @property {string} operationID
 * @property {"cash-in" | "cash-out-fulfillment"} operationType
 * @property {"pending" | "processing" | "completed" | "rejected" | "expired" | "failed"} status
 * @property {string} amount
 * @property {string} [phoneTo]
 * @property {string} [merchantTo]
 * @property {string} [merchantName]
 * @property {number} [merchantShortCode]
 * @property {string} [phoneFrom]
 * @property {string | null} [cashOutFulfillmentType]
 * @property {string | null} [cashOutFulfillmentID]
 * @property {string | null} [memo]
 * @property {string | null} [walletOperationID]
 * @property {number | null} [sequenceNumber]
 * @property {string | null} [blockchainID]
 * @property {string | null} lastError
 * @property {string} createdAt
 * @property {string} updatedAt
 *
 * @typedef {{ cursor: string, operationID: string, type: string, from: string, amount: string,
 *   memo: string | null, createdAt: string, expiresAt: string }} CashOut
 *
 * @typedef {{ userID: string, login: string, name: string, roles: Role[], disabled?: boolean,
 *   status?: string, createdAt?: string, lastSignInAt?: string | null }} User
 *
 * @typedef {{ kind: string, keyID?: string, userID?: string, message: string, action: string,
 *   since: string }} AttentionItem
 *
 * @typedef {{ sequenceNumber: number, at: string, kind: string, subject: string, hash: string,
 *   actor: { type: "user" | "key" | "issuer" | "system", id?: string, name?: string },
 *   details: Record<string, unknown> | null }} AuditEntry
 *
 * @typedef {{ valid: boolean, entries: number, head: string, anchoredEntries: number | null,
 *   anchoredAt: string | null, brokenAt?: number | null, nextFrom?: number | null }} Verification
 */

/**
 * One page of a list.
 * @template T
 * @typedef {{ items: T[], nextCursor: string | null }} Page
 */

export {};
